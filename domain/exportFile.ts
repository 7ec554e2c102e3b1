import type { ExportFormat } from './exports.js';

/** A message as a row of an exported file. Times are ISO 8601. */
export interface ExportRow {
  id: string;
  conversationId: string;
  createdAt: string;
  updatedAt: string;
  direction: string;
  status: string;
  to: string | null;
  from: string | null;
  body: string | null;
  campaign: string | null;
  category: string;
  priority: string;
  segments: number;
  errorCode: string | null;
  errorMessage: string | null;
  providerMessageId: string | null;
}

const columns = [
  'id',
  'conversationId',
  'createdAt',
  'updatedAt',
  'direction',
  'status',
  'to',
  'from',
  'body',
  'campaign',
  'category',
  'priority',
  'segments',
  'errorCode',
  'errorMessage',
  'providerMessageId',
] as const satisfies (keyof ExportRow)[];

const e164 = /^\+[1-9]\d{6,14}$/;
/** What a spreadsheet takes for the beginning of a formula, in any width. */
const formula = /^[=+\-@＝＋－＠\t\r]/;

/**
 * A value as a cell of CSV (RFC 4180). Somebody may have written a formula to us: one that a spreadsheet would run gets an
 * apostrophe before it. A phone number is none.
 */
function cellOf(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  const safe = formula.test(text) && !e164.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a file begins with. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? `${columns.join(',')}\r\n` : '';
}

export function exportLine(format: ExportFormat, row: ExportRow): string {
  if (format === 'jsonl') return `${JSON.stringify(row, [...columns])}\n`;
  return `${columns.map((column) => cellOf(row[column])).join(',')}\r\n`;
}

/** Exports of messages as files. Plain data: it lies in workflow histories. */
import { exportErasureMarginMs } from './historyLimits.js';
import type { Direction } from './message.js';
import type { MessageStatus } from './messageStatus.js';

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Which messages are meant; words are as the index has them, not as they were written. */
export interface ExportFilter {
  conversationId?: string | undefined;
  statuses?: MessageStatus[] | undefined;
  direction?: Direction | undefined;
  campaign?: string | undefined;
  words?: string[] | undefined;
}

/** Input of the workflow exportMessages. Times are epoch milliseconds. */
export interface ExportInput {
  workspaceId: string;
  exportId: string;
  format: ExportFormat;
  filter: ExportFilter;
  /** Stored not before, and before: what comes in later is not in it. */
  sinceMs: number;
  untilMs: number;
  /** For so long after its end it can be fetched. */
  keptMs: number;
  /** When it was asked for, epoch milliseconds; undefined in those of before that was noted. */
  askedAtMs?: number;
  /** Carried over by continue-as-new. */
  after?: ExportPlace;
}

/** How far an export has come. */
export interface ExportPlace {
  /** Parts that are written, each a file of its own. */
  parts: number;
  rows: number;
  bytes: number;
  /** The oldest message that was looked at; null before the first. */
  before: { atMs: number; id: string } | null;
}

export const nothingExported: ExportPlace = { parts: 0, rows: 0, bytes: 0, before: null };

/** What one run of the activity does. */
export interface ExportPart extends ExportPlace {
  /** No message is left. */
  isLast: boolean;
}

/** The answer of the query `getExportProgress`. */
export interface ExportProgress {
  state: 'running' | 'done' | 'canceled' | 'expired';
  format: ExportFormat;
  rows: number;
  bytes: number;
  parts: number;
  /** The part of its time that it has gone over, 0 to 1. */
  share: number;
  /** Until when it can be fetched, epoch milliseconds; null while it runs. */
  expiresAtMs: number | null;
  /** Why it has expired before its time: somebody in it was erased. Undefined, as null, where it has not. */
  endedBecause?: 'contactErased' | null;
}

/** A contact that was erased, as exports are told of it. */
export interface ErasedContact {
  contactId: string;
  erasedAtMs: number;
}

/** Whether an export may hold something of a contact of before its erasure. */
export function mayHoldContact({ filter, askedAtMs }: Pick<ExportInput, 'filter' | 'askedAtMs'>, erased: ErasedContact): boolean {
  if (filter.conversationId !== undefined && filter.conversationId !== erased.contactId) return false;
  return askedAtMs === undefined || askedAtMs <= erased.erasedAtMs + exportErasureMarginMs;
}

/** What the time gone over is of all that is asked for; messages may lie unevenly in it. */
export function shareOf({ sinceMs, untilMs }: Pick<ExportInput, 'sinceMs' | 'untilMs'>, { before }: ExportPlace): number {
  if (!before) return 0;
  return Math.min(1, Math.max(0, (untilMs - before.atMs) / Math.max(1, untilMs - sinceMs)));
}

/** Where the parts of an export lie. */
export const exportFolder = ({ workspaceId, exportId }: Pick<ExportInput, 'workspaceId' | 'exportId'>) =>
  `exports/${workspaceId}/${exportId}/`;

/** The object of a part, counted from 0. In order they are one file. */
export function exportPartKey(of: Pick<ExportInput, 'workspaceId' | 'exportId' | 'format'>, part: number): string {
  return `${exportFolder(of)}${String(part).padStart(6, '0')}.${of.format}`;
}

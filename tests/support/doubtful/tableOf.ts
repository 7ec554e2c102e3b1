import { isFlagged } from './judge.js';
import type { SeenMessage, SeenRun } from './seen.js';

const columns = [
  'messages',
  'sent once',
  'adopted',
  'parked',
  'sent again, flagged',
  'unknown',
  'expired',
  'reached twice',
  'doubled',
  'lost',
] as const;
type Column = (typeof columns)[number];

function columnOf(message: SeenMessage): Column {
  if (isFlagged(message)) return 'sent again, flagged';
  if (message.status === 'parked' || message.status === 'unknown' || message.status === 'expired') return message.status;
  if (!['delivered', 'undelivered', 'failed', 'canceled'].includes(message.status)) return 'lost';
  return message.wasInDoubt ? 'adopted' : 'sent once';
}

/** The run as a Markdown table: messages by fault and policy, and what became of them. */
export function tableOf({ cases, messages, ledger }: SeenRun): string {
  const caseOf = new Map(cases.map((one) => [one.n, one]));
  const sends = new Map<string, number>();
  for (const { statusCallback } of ledger.entries) {
    const id = new URL(statusCallback).searchParams.get('message') ?? '';
    sends.set(id, (sends.get(id) ?? 0) + 1);
  }
  const rows = new Map<string, Record<Column, number>>();
  const rowOf = (name: string) => {
    const row = rows.get(name) ?? (Object.fromEntries(columns.map((column) => [column, 0])) as Record<Column, number>);
    rows.set(name, row);
    return row;
  };
  for (const message of messages) {
    const one = caseOf.get(message.n);
    if (!one) continue;
    const isTwice = (sends.get(message.id) ?? 0) > 1;
    for (const row of [rowOf(`${one.fault} | ${one.policy}`), rowOf(`all | ${one.policy}`)]) {
      row.messages += 1;
      row[columnOf(message)] += 1;
      if (isTwice) row[isFlagged(message) ? 'reached twice' : 'doubled'] += 1;
    }
  }
  const lines = [...rows]
    .sort(([a], [b]) => Number(a.startsWith('all')) - Number(b.startsWith('all')) || a.localeCompare(b))
    .map(([name, row]) => `| ${name} | ${columns.map((column) => row[column]).join(' | ')} |`);
  return [`| fault | policy | ${columns.join(' | ')} |`, `|---|---|${columns.map(() => '---:|').join('')}`, ...lines].join('\n');
}

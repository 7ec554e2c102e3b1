import os from 'node:os';
import type { PartitionsResult, SchemeMeasured } from './partitions.js';
import { saveFiles } from './report.js';

const rows: [string, (scheme: SchemeMeasured) => number | string][] = [
  ['partitions that hold rows', ({ partitions }) => partitions],
  ['rows in the catalogue', ({ catalogueRows }) => catalogueRows],
  ['made in', ({ createSeconds }) => `${createSeconds} s`],
  [
    '200 rows of 50 workspaces into this week',
    ({ insertNowMs, insertNowRowsPerSecond }) => `${insertNowMs} ms (${insertNowRowsPerSecond} rows/s)`,
  ],
  ['… relations locked', ({ insertNowLocks }) => insertNowLocks],
  ['200 rows of 50 workspaces over all weeks', ({ insertSpreadMs }) => `${insertSpreadMs} ms`],
  ['… relations locked', ({ insertSpreadLocks }) => insertSpreadLocks],
  ['memory of a connection that has written to all', ({ cacheMb }) => `${cacheMb} MB`],
  ['page of history, the first on a connection', ({ historyFirstMs }) => ms(historyFirstMs)],
  ['page of history', ({ historyMs }) => ms(historyMs)],
  ['… planning for any values', ({ historyPlanMs }) => ms(historyPlanMs)],
  ['… relations locked', ({ historyLocks }) => historyLocks],
  ['the oldest week taken out in', ({ rotationMs }) => `${rotationMs} ms`],
];

const ms = (value: number | string) => (typeof value === 'number' ? `${value} ms` : value);

function table({ schemes }: PartitionsResult): string {
  const lines = [
    ['', ...schemes.map(({ name }) => name)],
    ['---', ...schemes.map(() => '---')],
    ...rows.map(([name, of]) => [name, ...schemes.map((scheme) => String(of(scheme)))]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function machine({ postgres }: PartitionsResult): string {
  const cores = os.cpus();
  return `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores, ${Math.round(os.totalmem() / 1024 ** 3)} GB; Node ${process.version}, Postgres ${postgres}`;
}

/** The result as a table for a terminal, which is one of Markdown too. */
export function partitionsTable(result: PartitionsResult): string {
  return `\n${result.workspaces} workspaces × ${result.weeks} weeks; ${machine(result)}\n\n${table(result)}\n`;
}

/** Writes docs/reports/partitions.md; answers the file. */
export function savePartitions(result: PartitionsResult): string[] {
  return saveFiles([
    {
      name: 'partitions.md',
      text: `# Two ways to cut the table of messages\n\nMade by \`npm run bench -- partitions --save\`.\n${partitionsTable(result)}`,
    },
  ]);
}

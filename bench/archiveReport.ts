import os from 'node:os';
import type { ArchiveMeasured } from './archive.js';
import { saveFiles } from './report.js';

const mb = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
const kb = (bytes: number) => `${Math.round(bytes / 1_000)} kB`;
const times = (one: number, other: number) => (one / other).toFixed(2);

const lines: [string, (measured: ArchiveMeasured) => string][] = [
  ['messages; rows of all four tables', ({ messages, rows }) => `${messages}; ${rows}`],
  ['in the tables, with indexes', ({ tableBytes }) => mb(tableBytes)],
  ['the messages as JSON lines, gzip', ({ jsonlGzBytes }) => mb(jsonlGzBytes)],
  ['the messages in the archive', ({ messageBytes }) => mb(messageBytes)],
  ['… smaller than JSON lines and gzip by', ({ jsonlGzBytes, messageBytes }) => times(jsonlGzBytes, messageBytes)],
  ['all in the archive: messages, events, attempts, receipts', ({ archiveBytes }) => mb(archiveBytes)],
  ['… smaller than the tables by', ({ tableBytes, archiveBytes }) => times(tableBytes, archiveBytes)],
  ['checked, detached, written, read back, compared, dropped in', ({ archiveSeconds }) => `${archiveSeconds.toFixed(1)} s`],
  ['rows a second, all steps', ({ rowsPerSecond }) => String(rowsPerSecond)],
  ['memory of the process before; at most', ({ memoryBeforeMb, memoryPeakMb }) => `${memoryBeforeMb} MB; ${memoryPeakMb} MB`],
  ['moving a table’s week, with the lock on the hot table', ({ detachMs }) => `${detachMs.toFixed(1)} ms`],
  ['a page of a conversation from the tables, p50; p95', ({ hotPageMs }) => `${hotPageMs.p50} ms; ${hotPageMs.p95} ms`],
  [
    'from the archive, the first of its week',
    ({ coldFirstPageMs, bytesFirstPage }) => `${coldFirstPageMs.p50} ms, ${kb(bytesFirstPage)} read`,
  ],
  ['from the archive, p50; p95', ({ coldPageMs }) => `${coldPageMs.p50} ms; ${coldPageMs.p95} ms`],
  [
    '… bytes read of bytes stored',
    ({ bytesPerPage, archiveBytes }) =>
      `${kb(bytesPerPage)} of ${mb(archiveBytes)} (${((bytesPerPage / archiveBytes) * 100).toFixed(2)} %)`,
  ],
];

/** The result as a table for a terminal, which is one of Markdown too. */
export function archiveTable(measured: ArchiveMeasured): string {
  const cores = os.cpus();
  const machine = `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores, ${Math.round(os.totalmem() / 1024 ** 3)} GB; Node ${process.version}, Postgres ${measured.postgres}; store: ${measured.store}`;
  return `\n${machine}\n\n| | |\n| --- | --- |\n${lines.map(([name, of]) => `| ${name} | ${of(measured)} |`).join('\n')}\n`;
}

/** Writes docs/reports/archive.md; answers the file. */
export function saveArchive(measured: ArchiveMeasured): string[] {
  return saveFiles([
    { name: 'archive.md', text: `# A week in the archive\n\nMade by \`npm run bench -- archive --save\`.\n${archiveTable(measured)}` },
  ]);
}

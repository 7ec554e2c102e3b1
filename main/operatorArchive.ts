/** `npm run archive`: what an operator of the installation does with the archive, through its workflows. */
import { Client, Connection } from '@temporalio/client';
import { archiveWorkflowId, type WeekSummary, weekOf } from '../domain/archive.js';
import { taskQueues } from '../domain/taskQueues.js';
import { UsageError } from '../platform/commandLine.js';
import { readConfigOf } from '../platform/config.js';
import { masterKeysOf } from '../platform/masterKeys.js';
import { dataConverterOf } from '../platform/payloadCodec.js';
import type { ArchiveResult } from '../workflows/archivePartitions.js';

const usage = `npm run archive -- list             weeks and where they stand
npm run archive -- run              archive what is due, and remove what is kept no longer, now
npm run archive -- restore WEEK     load an archived week, such as 2026-W34, into tables again
npm run archive -- release WEEK     drop those tables; the archive keeps the week

TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where Postrider works; by default 127.0.0.1:7233 and default. ENCRYPTION_KEY is its master key.`;

function wordsOf([command = 'list', week]: string[]): { command: string; week: string } {
  if (!['list', 'run', 'restore', 'release'].includes(command)) throw new UsageError(`there is no ${command}`);
  const isWeekCommand = command === 'restore' || command === 'release';
  if (isWeekCommand && !weekOf(week ?? '')) throw new UsageError(`${command} needs a week, such as 2026-W34`);
  return { command, week: week ?? '' };
}

async function main(): Promise<void> {
  const { command, week } = wordsOf(process.argv.slice(2));
  const environment = { TEMPORAL_ADDRESS: '127.0.0.1:7233', ...definedOf(process.env) };
  const connection = await Connection.connect({ address: readConfigOf('TEMPORAL_ADDRESS', environment) });
  try {
    const { workflow } = new Client({
      connection,
      namespace: readConfigOf('TEMPORAL_NAMESPACE', environment),
      dataConverter: dataConverterOf(
        masterKeysOf({
          ENCRYPTION_KEY: readConfigOf('ENCRYPTION_KEY', environment),
          ENCRYPTION_KEYS_OLD: readConfigOf('ENCRYPTION_KEYS_OLD', environment),
        }),
      ),
    });
    const run = <T>(type: string, workflowId: string, ...args: string[]): Promise<T> =>
      workflow.execute(type, { workflowId, args, taskQueue: taskQueues.maintenance }) as Promise<T>;
    const now = Date.now();
    if (command === 'list') return print(linesOf(await run<WeekSummary[]>('listArchive', `archive-list/${now}`)));
    if (command === 'run') return print(linesOfRun(await run<ArchiveResult>('archivePartitions', `archive-run/${now}`)));
    if (command === 'release') {
      await run('releaseWeek', archiveWorkflowId(week), week);
      return print([`${week} lies in the archive alone again`]);
    }
    const rows = await run<Record<string, number>>('restoreWeek', archiveWorkflowId(week), week);
    const counts = Object.entries(rows).map(([table, count]) => `${table}_cold ${count}`);
    return print([
      `${week} is in tables again: ${counts.join(', ') || 'it was already'} rows. npm run archive -- release ${week} drops them.`,
    ]);
  } finally {
    await connection.close();
  }
}

const definedOf = (environment: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));

const print = (lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

function linesOf(weeks: WeekSummary[]): string[] {
  if (weeks.length === 0) return ['no week is archived, or on its way'];
  return weeks.map(({ week, state, rows, bytes, held, trouble }) => {
    const size = rows > 0 ? `  ${rows} rows, ${(bytes / 1_000_000).toFixed(1)} MB` : '';
    const why =
      held && state === 'held'
        ? `  by ${Object.entries(held)
            .map(([status, count]) => `${count} ${status}`)
            .join(', ')}`
        : '';
    return `${week}  ${state.padEnd(9)}${size}${why}${trouble ? `\n          ${trouble}` : ''}`;
  });
}

function linesOfRun({ weeks, failed, removed }: ArchiveResult): string[] {
  return [
    ...weeks.map(({ week, outcome, rows }) => `${week}  ${outcome}${rows > 0 ? `, ${rows} rows` : ''}`),
    ...Object.entries(failed).map(([week, reason]) => `${week}  failed: ${reason}`),
    `${removed} messages removed whose workspace keeps them no longer`,
  ];
}

main().catch((error: unknown) => {
  let innermost = error as Error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  process.stderr.write(`${innermost.message ?? String(error)}\n${error instanceof UsageError ? `\n${usage}\n` : ''}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});

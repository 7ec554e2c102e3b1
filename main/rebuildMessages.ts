/** Compares the rows of `message` of a workspace and a period with what their events say, and with --apply makes them so. */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { isUuid } from '../domain/ids.js';
import { parseWords, UsageError } from '../platform/commandLine.js';
import { readConfigOf } from '../platform/config.js';
import { rebuildMessages } from '../storage/rebuildMessages.js';

const usage = `npm run rebuild -- --workspace ID --from TIME --to TIME [--apply]

  --from, --to   when the messages were stored, e.g. 2026-11-28 or 2026-11-28T10:00:00Z; the end is not in it
  --apply        write what the events say; without it nothing is changed

Stop the product before --apply. Environment: DATABASE_OWNER_URL, or DATABASE_URL.`;

function readTime(name: string, text: string | undefined): Date {
  const time = new Date(text ?? '');
  if (Number.isNaN(time.getTime())) throw new UsageError(`--${name} must be a time, e.g. 2026-11-28T10:00:00Z`);
  return time;
}

async function main(words: string[]): Promise<void> {
  const { values } = parseWords(() =>
    parseArgs({
      args: words,
      options: {
        workspace: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        apply: { type: 'boolean', default: false },
      },
    }),
  );
  const { workspace: workspaceId = '', apply } = values;
  if (!isUuid(workspaceId)) throw new UsageError('--workspace must be the id of a workspace, a UUID');
  const period = { workspaceId, from: readTime('from', values.from), to: readTime('to', values.to) };
  const client = new pg.Client({
    connectionString: readConfigOf('DATABASE_OWNER_URL') ?? readConfigOf('DATABASE_URL'),
    options: '-c role=maintenance',
  });
  await client.connect();
  try {
    const { messages, missing, differing, unexplained } = await rebuildMessages(client, period, apply);
    const done = apply ? ['made', 'corrected'] : ['missing', 'different'];
    process.stdout.write(
      `${messages} messages: ${missing} ${done[0]}, ${differing} ${done[1]}; ${unexplained} left, their events do not say\n`,
    );
  } finally {
    await client.end();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? `\n${usage}\n` : ''}`);
  process.exitCode = isUsage ? 2 : 1;
});

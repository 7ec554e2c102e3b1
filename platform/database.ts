/**
 * Postgres, entered only through a role and a tenant: `app` for one workspace, `ingest` for a batch that names its
 * workspaces, `identity` for who signs in, `maintenance` for what sees all. The tenant is set inside the transaction, so it can't leak to the
 * pool's next borrower, and without one every table is empty.
 */
import pg from 'pg';
import { isUuid } from '../domain/ids.js';
import { lockTriesUntilTold, partitionWeeksAheadOfInsert } from '../domain/limits.js';
import type { Logger } from './logger.js';
import { retryWhileLocked } from './whileLocked.js';

/** A statement that Postgres prepares once a connection; the name must be unique to the text. */
export interface Statement {
  name: string;
  text: string;
}

type Row = Record<string, unknown>;

const connectTimeoutMs = 2_000;
const statementTimeoutMs = 5_000;
/** The client gives up a little after the server should have, so that a frozen server can't hang a request. */
const queryTimeoutMs = 6_000;
const retriesMax = 3;
/** Connections for statements that take long. */
const longRunningMax = 5;

/** Deadlock, serialization failure: the transaction did nothing and may run again. */
const retryable = new Set(['40P01', '40001']);
const noPartition = '23514';

// Every statement is a look-up by key, or a walk over an index: the join methods that read whole tables are switched off, so
// that a plan made while the tables were empty stays right when they are full. None is worth the start of a helper process.
const byIndex = ['enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off', 'max_parallel_workers_per_gather=0', 'jit=off'];
/** Generic plans spare the hot path the planning. */
const hotPathSettings = ['plan_cache_mode=force_generic_plan', ...byIndex];
/** How statements are planned, by the way on which they are asked. */
export const planSettings = { hot: hotPathSettings, maintenance: byIndex } as const;

function createPool(url: string, role: string, connectionsMax: number, settings: readonly string[]): pg.Pool {
  const options = [`role=${role}`, ...settings].map((setting) => `-c ${setting}`).join(' ');
  const pool = new pg.Pool({
    connectionString: url,
    options,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    idleTimeoutMillis: 60_000,
    application_name: `postrider-${role}`,
    // The hot path's connections stay: a burst after a quiet hour must not wait for new ones and their plans.
    ...(settings === hotPathSettings && { pipeline: true, min: connectionsMax }),
  });
  // A connection that was given up after a time-out may break later, when nobody holds it: that must not end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** One statement as a transaction, written together: one round trip and one system call instead of three of each. */
async function inTransaction<T extends Row>(client: pg.PoolClient, begin: string, statement: Statement, values: unknown[]): Promise<T[]> {
  const { stream } = client.connection;
  stream.cork();
  const written = [client.query(begin), client.query<T>({ ...statement, values }), client.query('commit')] as const;
  stream.uncork();
  const [began, ran, committed] = await Promise.allSettled(written);
  for (const each of [began, ran, committed]) if (each.status === 'rejected') throw each.reason;
  return (ran as PromiseFulfilledResult<pg.QueryResult<T>>).value.rows;
}

async function beginLong(client: pg.PoolClient, statementTimeoutMs: number): Promise<void> {
  await client.query('begin');
  await client.query(`set local statement_timeout = ${Math.floor(statementTimeoutMs)}`);
}

function listOfWorkspaces(ids: Iterable<string>): string {
  const list = [...new Set(ids)].sort();
  for (const id of list) if (!isUuid(id)) throw new TypeError(`not a workspace id: ${JSON.stringify(id)}`);
  return list.join(',');
}

const sqlState = (error: unknown) => (error instanceof pg.DatabaseError ? error.code : undefined);

export class Database {
  private readonly hot: pg.Pool;
  /** For Prisma: plain settings, same role. */
  readonly settingsPool: pg.Pool;
  private readonly maintenancePool: pg.Pool;
  /** For statements that take long; made when it is needed. */
  private long: pg.Pool | undefined;

  constructor(
    private readonly url: string,
    connectionsMax: number,
    private readonly logger: Logger,
  ) {
    this.hot = createPool(url, 'app', connectionsMax, hotPathSettings);
    this.settingsPool = createPool(url, 'app', 3, []);
    this.maintenancePool = createPool(url, 'maintenance', 2, byIndex);
    for (const pool of [this.hot, this.settingsPool, this.maintenancePool]) {
      pool.on('error', (error) => logger.warn({ event: 'database.connection_lost', error: error.message }));
    }
  }

  /** Runs one statement for one workspace, as role app under row-level security. */
  async forWorkspace<T extends Row>(workspaceId: string, statement: Statement, values: unknown[]): Promise<T[]> {
    return this.run<T>(`begin; set local app.ws = '${listOfWorkspaces([workspaceId])}'`, statement, values);
  }

  /** Runs one statement for a batch over several workspaces, as role ingest, which sees exactly those. */
  async forWorkspaces<T extends Row>(workspaceIds: Iterable<string>, statement: Statement, values: unknown[]): Promise<T[]> {
    return this.run<T>(`begin; set local role ingest; set local app.ws = '${listOfWorkspaces(workspaceIds)}'`, statement, values);
  }

  /** Runs one statement as role identity, which sees people and their sessions, and nothing of what they work with. */
  async asIdentity<T extends Row>(statement: Statement, values: unknown[]): Promise<T[]> {
    return this.run<T>('begin; set local role identity', statement, values);
  }

  /**
   * Opens all connections of the hot path and has Postgres plan this statement on each, one after the other: a new one takes
   * tens of milliseconds for that, and ten at once on a busy machine longer than a send may take from its row to its first
   * byte. Goes as far as Postgres lets it, and never throws.
   *
   * @param values must name nothing that exists
   */
  async warm(statement: Statement, values: unknown[]): Promise<void> {
    const clients: pg.PoolClient[] = [];
    try {
      while (clients.length < (this.hot.options.max ?? 0)) {
        const client = await this.hot.connect();
        clients.push(client);
        await inTransaction(client, 'begin; set local role ingest', statement, values);
      }
    } catch {
      // Postgres is away: whoever needs it will say so. The connection on which it failed is of no more use.
      clients.pop()?.release(true);
    }
    for (const client of clients) client.release();
  }

  /** Runs a query as role maintenance, which sees every workspace. */
  async asMaintenance<T extends Row>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.maintenancePool.query<T>(text, values)).rows;
  }

  /** The same for a statement that reads or writes much: it may take so long, and holds up none of the others. */
  async asMaintenanceForLong<T extends Row>(statementTimeoutMs: number, text: string, values: unknown[] = []): Promise<T[]> {
    return this.inLongTransaction(statementTimeoutMs, async (client) => {
      const query = { text, values, query_timeout: statementTimeoutMs };
      return (await client.query<T>(query)).rows;
    });
  }

  /** What a query finds as role maintenance, so many rows at a time, each as its texts in the order of the columns. */
  async *streamAsMaintenance(
    text: string,
    values: unknown[],
    { rowsAtOnce, statementTimeoutMs }: { rowsAtOnce: number; statementTimeoutMs: number },
  ): AsyncGenerator<(string | null)[][]> {
    const client = await this.longRunning().connect();
    let usable = false;
    try {
      await beginLong(client, statementTimeoutMs);
      // All rows are wanted: the plan need not be one that finds the first soon.
      await client.query('set local cursor_tuple_fraction = 1');
      await client.query(`declare rows no scroll cursor with hold for ${text}`, values);
      // Reads all of it, to a file of the server's: whoever takes the rows may take long, and holds neither locks nor a snapshot.
      const commit = { text: 'commit', query_timeout: statementTimeoutMs };
      await client.query(commit);
      const fetch = { text: `fetch ${rowsAtOnce} from rows`, rowMode: 'array' as const };
      for (;;) {
        const { rows } = await client.query<(string | null)[]>(fetch);
        if (rows.length === 0) break;
        yield rows;
      }
      await client.query('close rows');
      usable = true;
    } finally {
      client.release(!usable);
    }
  }

  /**
   * Makes what is missing of the partitions of this week (UTC, from Monday) and of so many after it, each in a transaction of its
   * own; answers of how many weeks some were made. Nobody waits for it who reads or writes rows.
   */
  async makePartitions(weeksAhead: number): Promise<number> {
    let made = 0;
    for (let week = 0; week <= weeksAhead; week++) {
      const [answer] = await retryWhileLocked(
        () => this.asMaintenance<{ made: boolean }>(`select ensure_week(now() + $1 * interval '168 hours') as made`, [week]),
        (tries) => this.logger[tries === lockTriesUntilTold ? 'error' : 'warn']({ event: 'database.partitions_locked', week, tries }),
      );
      if (answer?.made) made += 1;
    }
    return made;
  }

  /** Of the server: as it is compared, 170010, and as people say it, 17.10. */
  async serverVersion(): Promise<{ number: number; text: string }> {
    const { rows } = await this.hot.query<{ number: number; text: string }>(
      "select current_setting('server_version_num')::integer as number, current_setting('server_version') as text",
    );
    return rows[0] as { number: number; text: string };
  }

  /** One round trip to see that Postgres answers. */
  async ping(): Promise<void> {
    await this.hot.query('select 1');
  }

  async close(): Promise<void> {
    const pools = [this.hot, this.settingsPool, this.maintenancePool, ...(this.long ? [this.long] : [])];
    await Promise.all(pools.map((pool) => pool.end()));
  }

  private longRunning(): pg.Pool {
    this.long ??= createPool(this.url, 'maintenance', longRunningMax, []);
    return this.long;
  }

  private async inLongTransaction<T>(statementTimeoutMs: number, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.longRunning().connect();
    let usable = false;
    try {
      await beginLong(client, statementTimeoutMs);
      const result = await work(client);
      await client.query('commit');
      usable = true;
      return result;
    } finally {
      client.release(!usable);
    }
  }

  private async run<T extends Row>(begin: string, statement: Statement, values: unknown[]): Promise<T[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once<T>(begin, statement, values);
      } catch (error) {
        const state = sqlState(error);
        if (attempt >= retriesMax) throw error;
        if (state === noPartition && /no partition of relation/.test(String(error))) await this.makeMissing();
        else if (!state || !retryable.has(state)) throw error;
      }
    }
  }

  private async once<T extends Row>(begin: string, statement: Statement, values: unknown[]): Promise<T[]> {
    const client = await this.hot.connect();
    try {
      const rows = await inTransaction<T>(client, begin, statement, values);
      client.release();
      return rows;
    } catch (error) {
      // After an error of the connection or a time-out nobody knows in which state it is.
      const usable = error instanceof pg.DatabaseError && error.severity === 'ERROR';
      if (usable) await client.query('rollback').catch(() => undefined);
      client.release(!usable);
      throw error;
    }
  }

  private async makeMissing(): Promise<void> {
    this.logger.error({ event: 'database.partition_missing', action: 'made by an insert; check that maintenance runs' });
    await this.makePartitions(partitionWeeksAheadOfInsert);
  }
}

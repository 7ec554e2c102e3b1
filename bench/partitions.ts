/**
 * Two ways to cut the table of messages, measured on a Postgres of its own: how long they take to make, what they cost to plan,
 * to insert into, in locks and in memory, and how long the oldest week takes to take out.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { ensureDatabase, startEmbeddedPostgres } from '../local/embeddedPostgres.js';
import { freePort } from '../local/ports.js';
import type { Steps } from '../local/steps.js';
import { type Scheme, schemes, secure, workspaceIdOf } from './partitionSchemes.js';

const weeks = 13;
const rowsOfBatch = 200;
const workspacesOfBatch = 50;

/** What one scheme came to; times in milliseconds, medians where they are of many. */
export interface SchemeMeasured {
  name: string;
  partitions: number;
  catalogueRows: number;
  createSeconds: number;
  insertNowMs: number;
  insertNowRowsPerSecond: number;
  insertNowLocks: number;
  insertSpreadMs: number;
  insertSpreadLocks: number;
  /** A page of history on a connection that has planned nothing yet, and after that; or the error. */
  historyFirstMs: number | string;
  historyMs: number | string;
  historyPlanMs: number | string;
  historyLocks: number | string;
  /** Of a connection that has written to all workspaces. */
  cacheMb: number;
  rotationMs: number;
}

export interface PartitionsResult {
  workspaces: number;
  weeks: number;
  postgres: string;
  schemes: SchemeMeasured[];
}

export async function runPartitions({ quick, steps }: { quick: boolean; steps: Steps }): Promise<PartitionsResult> {
  const workspaces = quick ? 100 : 1_000;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-bench-'));
  // Postgres may run as another user and has to come in.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const postgres = await steps.run('Postgres', () =>
    startEmbeddedPostgres({ directory: path.join(directory, 'postgres'), port, logFile: path.join(directory, 'postgres.log') }),
  );
  try {
    const measured: SchemeMeasured[] = [];
    for (const [index, scheme] of schemes.entries()) {
      const url = await ensureDatabase(postgres.url, `scheme_${index}`);
      measured.push(await steps.run(scheme.name, () => measure(url, scheme, workspaces)));
    }
    return { workspaces, weeks, postgres: postgres.version, schemes: measured };
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function measure(url: string, scheme: Scheme, workspaces: number): Promise<SchemeMeasured> {
  return withClient(url, async (client) => {
    const createMs = await timed(async () => {
      for (const statement of scheme.statements(workspaces, weeks)) await client.query(statement);
    });
    await client.query(`do $$ begin create role bench_app nologin; exception when duplicate_object then null; end $$`);
    await secure(client);
    const counts = await client.query<{ partitions: string; catalogue: string }>(
      `select (select count(*) from pg_class where relispartition and relkind = 'r') as partitions,
         (select count(*) from pg_class where oid >= 16384) + (select count(*) from pg_attribute where attrelid >= 16384)
           + (select count(*) from pg_index where indexrelid >= 16384) + (select count(*) from pg_constraint where oid >= 16384)
           + (select count(*) from pg_depend where objid >= 16384) as catalogue`,
    );
    const { rate, ...inserts } = await measureInserts(url, workspaces);
    const history = await measureHistory(url);
    const rotationMs = await timed(async () => {
      for (const statement of scheme.rotation(workspaces)) await client.query(statement);
    });
    return {
      name: scheme.name,
      partitions: Number(counts.rows[0]?.partitions),
      catalogueRows: Number(counts.rows[0]?.catalogue),
      createSeconds: rounded(createMs / 1_000),
      ...inserts,
      insertNowRowsPerSecond: rate,
      ...history,
      rotationMs: rounded(rotationMs),
    };
  });
}

const insertText = `insert into message (workspace_id, created_at, id, contact_id, body, status, updated_at)
  select i.workspace_id, i.created_at, gen_random_uuid(), i.contact_id, 'A text of the usual length, sent to somebody.', 'queued', now()
  from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) as i (workspace_id, created_at, contact_id)`;
const locksText = `select count(*)::integer as locks from pg_locks where pid = pg_backend_pid() and locktype = 'relation'`;

/** Batches as the product makes them: of many workspaces, prepared. Now: into this week. Spread: over all weeks, as a catch-up may. */
async function measureInserts(url: string, workspaces: number) {
  return withClient(url, async (client) => {
    let next = 0;
    const batch = (spread: boolean) => {
      const rows = Array.from({ length: rowsOfBatch }, (_, row) => {
        const number = (next + (row % workspacesOfBatch)) % workspaces;
        const at = Date.now() - (spread ? (row % weeks) * 7 * 86_400_000 : 0) - row;
        return { id: workspaceIdOf(number), at: new Date(at), contact: workspaceIdOf(row % 20) };
      });
      next += workspacesOfBatch;
      return [rows.map(({ id }) => id), rows.map(({ at }) => at), rows.map(({ contact }) => contact)];
    };
    const insert = (spread: boolean) => client.query({ name: 'insert', text: insertText, values: batch(spread) });
    const locksOf = async (spread: boolean) => {
      await client.query('begin');
      await insert(spread);
      const { rows } = await client.query<{ locks: number }>(locksText);
      await client.query('commit');
      return rows[0]?.locks ?? 0;
    };
    // Once around, so that every workspace's partitions are known to the connection, as in a process that has run for a while.
    for (let around = 0; around < workspaces / workspacesOfBatch; around++) await insert(false);
    const now: number[] = [];
    for (let times = 0; times < 100; times++) now.push(await timed(() => insert(false)));
    const spread: number[] = [];
    for (let times = 0; times < 40; times++) spread.push(await timed(() => insert(true)));
    const cache = await client.query<{ mb: number }>('select sum(total_bytes)::float8 / 1048576 as mb from pg_backend_memory_contexts');
    return {
      insertNowMs: rounded(median(now)),
      rate: Math.round((rowsOfBatch * 1_000) / median(now)),
      insertNowLocks: await locksOf(false),
      insertSpreadMs: rounded(median(spread)),
      insertSpreadLocks: await locksOf(true),
      cacheMb: rounded(cache.rows[0]?.mb ?? 0, 1),
    };
  });
}

const historyText = `select id, body, status from message where workspace_id = $1 and contact_id = $2 and created_at <= $3
  and (created_at, id) < ($3, $4) order by created_at desc, id desc limit 50`;

/** A page of a conversation, as the product reads it: under row-level security, by a plan for any values. */
async function measureHistory(
  url: string,
): Promise<Pick<SchemeMeasured, 'historyFirstMs' | 'historyMs' | 'historyPlanMs' | 'historyLocks'>> {
  return withClient(url, async (client) => {
    await client.query(`set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set role bench_app;
      set app.ws = '${workspaceIdOf(1)}'`);
    const values = [workspaceIdOf(1), workspaceIdOf(1), new Date(), workspaceIdOf(0)];
    const read = () => client.query({ name: 'history', text: historyText, values });
    try {
      const first = await timed(read);
      const times: number[] = [];
      for (let count = 0; count < 200; count++) times.push(await timed(read));
      await client.query('begin');
      await read();
      const { rows } = await client.query<{ locks: number }>(locksText);
      await client.query('commit');
      const literals = values.map((value) => client.escapeLiteral(value instanceof Date ? value.toISOString() : value));
      await client.query(`prepare looked as ${historyText}`);
      const plan = await client.query<{ 'QUERY PLAN': { 'Planning Time': number }[] }>(
        `explain (format json, summary) execute looked(${literals.join()})`,
      );
      return {
        historyFirstMs: rounded(first),
        historyMs: rounded(median(times)),
        historyPlanMs: rounded(plan.rows[0]?.['QUERY PLAN'][0]?.['Planning Time'] ?? 0),
        historyLocks: rows[0]?.locks ?? 0,
      };
    } catch (error) {
      const failed = `fails: ${(error as Error).message}`;
      return { historyFirstMs: failed, historyMs: '–', historyPlanMs: '–', historyLocks: '–' };
    }
  });
}

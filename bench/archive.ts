/**
 * One week of messages into the archive and read from there, on a system of its own: what it comes to in bytes, how fast it goes,
 * what memory the process that does it takes, and what a page costs that was served from the tables before.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createGzip } from 'node:zlib';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { archiveWorkflowId, type WeekResult, type WeekSummary, weekName, weekStartMs } from '../domain/archive.js';
import { taskQueues } from '../domain/taskQueues.js';
import { type Percentiles, percentiles } from '../load/percentiles.js';
import { objectServerMissing, startObjectServer } from '../local/objectServer.js';
import { type Stack, startStack } from '../local/stack.js';
import type { Steps } from '../local/steps.js';
import { masterKeysOf } from '../platform/masterKeys.js';
import { dataConverterOf } from '../platform/payloadCodec.js';
import { putOldMessages } from './oldMessages.js';

const workspaces = 50;
const conversations = 1_000;
const pagesRead = 40;
const baselineRowsAtOnce = 10_000;

export interface ArchiveMeasured {
  postgres: string;
  store: string;
  messages: number;
  rows: number;
  /** In the tables, with their indexes; as JSON lines packed by gzip; in the archive, of messages alone and of all tables. */
  tableBytes: number;
  jsonlGzBytes: number;
  messageBytes: number;
  archiveBytes: number;
  archiveSeconds: number;
  rowsPerSecond: number;
  /** Resident memory of the maintenance process, MB: before, and at most. */
  memoryBeforeMb: number;
  memoryPeakMb: number;
  /** A page of 50 of one conversation, milliseconds. */
  hotPageMs: Percentiles;
  coldFirstPageMs: Percentiles;
  coldPageMs: Percentiles;
  /** Bytes of the archive that were read for one page, once what describes the file is known. */
  bytesPerPage: number;
  bytesFirstPage: number;
  detachMs: number;
}

export async function runArchive({
  quick,
  messages,
  steps,
}: {
  quick: boolean;
  messages?: number | undefined;
  steps: Steps;
}): Promise<ArchiveMeasured> {
  const wanted = messages ?? (quick ? 50_000 : 1_000_000);
  const messagesEach = Math.max(1, Math.round(wanted / workspaces / conversations));
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-bench-archive-'));
  const objects = objectServerMissing() ? undefined : await startObjectServer({ directory, say: (text) => steps.say(text) });
  const stack = await startStack({
    dataDirectory: path.join(directory, 'data'),
    anyPorts: true,
    workspaces,
    env: { LOG_LEVEL: 'warn', ...objects?.env },
    processes: [
      { name: 'front', roles: 'server,messages,sends,limiter' },
      { name: 'archiver', roles: 'maintenance' },
    ],
    steps,
  });
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    return await measure({
      stack,
      client,
      connection,
      messagesEach,
      steps,
      store: objects ? 'versitygw (S3) on the same machine' : 'a directory',
    });
  } finally {
    await client.end();
    await connection.close();
    await stack.stop();
    await objects?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Site {
  stack: Stack;
  client: pg.Client;
  connection: Connection;
  messagesEach: number;
  store: string;
  steps: Steps;
}

async function measure({ stack, client, connection, messagesEach, store, steps }: Site): Promise<ArchiveMeasured> {
  const start = new Date(weekStartMs(Date.now() - 110 * 24 * 60 * 60_000));
  const week = weekName(start.getTime());
  const put = { weekStart: start, conversations, messagesEach };
  await steps.run(`${workspaces * conversations * messagesEach} messages of ${week}`, async () => {
    for (const { id } of stack.workspaces) await putOldMessages(stack.databaseUrl, { ...put, workspaceIds: [id] });
    await client.query('vacuum analyze message, message_event, send_attempt, callback_receipt');
  });
  const one = async <T>(text: string, values: unknown[] = []): Promise<T> => (await client.query(text, values)).rows[0] as T;
  const { bytes: tableBytes } = await one<{ bytes: number }>(
    `select sum(pg_total_relation_size(c.oid))::float8 as bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'partitions' and c.relkind = 'r' and c.relname like $1`,
    [`%${week.toLowerCase().replace('-', '')}%`],
  );
  const jsonlGzBytes = await steps.run('JSON lines, packed by gzip', () => jsonlGz(client, start));
  const chosen = (
    await client.query<{ workspace_id: string; contact_id: string }>(
      `select workspace_id, contact_id from (select distinct workspace_id, contact_id from message where created_at >= $1 and created_at < $1 + interval '7 days') c
       order by md5(contact_id::text) limit $2`,
      [start, pagesRead],
    )
  ).rows;
  const page = async ({ workspace_id, contact_id }: (typeof chosen)[number]): Promise<number> => {
    const as = stack.workspaces.find(({ id }) => id === workspace_id);
    const startedAt = performance.now();
    const response = await fetch(`${stack.url}/v1/conversations/${contact_id}/messages`, {
      headers: { authorization: `Bearer ${as?.apiKey}` },
    });
    const { data } = (await response.json()) as { data: unknown[] };
    const took = performance.now() - startedAt;
    if (data.length !== Math.min(messagesEach, 50)) throw new Error(`a page has ${data.length} messages, not ${messagesEach}`);
    return took;
  };
  const pages = async (): Promise<number[]> => {
    const took: number[] = [];
    for (const place of chosen) took.push(await page(place));
    return took;
  };
  await pages();
  const hot = await pages();

  const pid = stack.processes.get('archiver')?.pid() as number;
  const memoryBeforeMb = memoryMb(pid, 'VmRSS');
  const { workflow } = new Client({
    connection,
    namespace: stack.temporalNamespace,
    dataConverter: dataConverterOf(masterKeysOf({ ENCRYPTION_KEY: stack.encryptionKey })),
  });
  const startedAt = performance.now();
  const result = (await steps.run(`archiving ${week}`, () =>
    workflow.execute('archiveWeek', {
      workflowId: archiveWorkflowId(week),
      args: [{ week, remove: [] }],
      taskQueue: taskQueues.maintenance,
    }),
  )) as WeekResult;
  const archiveSeconds = (performance.now() - startedAt) / 1_000;
  if (result.outcome !== 'archived') throw new Error(`${week} was ${result.outcome}`);
  const memoryPeakMb = memoryMb(pid, 'VmHWM');

  const before = await bytesRead(stack);
  const first = [await page(chosen[0] as (typeof chosen)[number])];
  const bytesFirstPage = (await bytesRead(stack)) - before;
  const warm = await bytesRead(stack);
  const cold = await pages();
  const bytesPerPage = ((await bytesRead(stack)) - warm) / chosen.length;
  const weeks = (await workflow.execute('listArchive', {
    workflowId: 'list',
    args: [],
    taskQueue: taskQueues.maintenance,
  })) as WeekSummary[];
  const { about } = await one<{ about: { bytes: number; rows: number } }>(`select about from archive_file where table_name = 'message'`);
  const { version } = await one<{ version: string }>(`select current_setting('server_version') as version`);
  return {
    postgres: version,
    store,
    messages: about.rows,
    rows: weeks[0]?.rows ?? 0,
    tableBytes,
    jsonlGzBytes,
    messageBytes: about.bytes,
    archiveBytes: weeks[0]?.bytes ?? 0,
    archiveSeconds,
    rowsPerSecond: Math.round((weeks[0]?.rows ?? 0) / archiveSeconds),
    memoryBeforeMb,
    memoryPeakMb,
    hotPageMs: percentiles(hot),
    coldFirstPageMs: percentiles(first),
    coldPageMs: percentiles(cold),
    bytesPerPage: Math.round(bytesPerPage),
    bytesFirstPage,
    detachMs: await detachMs(client, start),
  };
}

/** The same rows in the same order as JSON, one a line. */
async function jsonlGz(client: pg.Client, start: Date): Promise<number> {
  const gzip = createGzip();
  let bytes = 0;
  gzip.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const ended = new Promise<void>((resolve) => gzip.once('end', () => resolve()));
  await client.query('begin');
  await client.query(
    `declare lines cursor for select to_jsonb(m)::text as line from message m where created_at >= $1 and created_at < $1 + interval '7 days'
     order by workspace_id, contact_id, created_at desc, id desc`,
    [start],
  );
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`fetch ${baselineRowsAtOnce} from lines`);
    if (rows.length === 0) break;
    if (!gzip.write(rows.map(({ line }) => `${line}\n`).join('')))
      await new Promise<void>((resolve) => gzip.once('drain', () => resolve()));
  }
  await client.query('commit');
  gzip.end();
  await ended;
  return bytes;
}

/** How long the lock on the hot table is held while a week moves, measured on an empty one. */
async function detachMs(client: pg.Client, start: Date): Promise<number> {
  const earlier = new Date(start.getTime() - 14 * 24 * 60 * 60_000);
  const week = weekName(earlier.getTime());
  await client.query('select ensure_week($1)', [earlier]);
  await client.query(`select bound_week('message', $1)`, [earlier]);
  await client.query(`select prove_bounds('message', $1)`, [earlier]);
  await client.query(
    `insert into archive_week (week, starts_at, ends_at, state) values ($1, $2, $2::timestamptz + interval '7 days', 'detaching')`,
    [week, earlier],
  );
  const startedAt = performance.now();
  await client.query(`select detach_week('message', $1)`, [earlier]);
  return performance.now() - startedAt;
}

function memoryMb(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const [, kb] = new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kb) / 1024);
}

async function bytesRead({ url }: Stack): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^postrider_archive_read_bytes_total\S* (\S+)$/m.exec(text)?.[1] ?? 0);
}

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type pg from 'pg';
import { backupRowsAtOnce } from '../domain/limits.js';

/** What a backup says of itself. Written last: without it a folder is no backup. */
export interface BackupManifest {
  /** The moment of which all of it is. ISO time. */
  at: string;
  /** The migrations that the database had. */
  migrations: string[];
  /** A moment of each week that has partitions. ISO times. */
  weeks: string[];
  tables: { name: string; rows: number; sha256: string }[];
}

const manifestOf = (directory: string) => path.join(directory, 'manifest.json');
const fileOf = (directory: string, table: string) => path.join(directory, `${table}.jsonl.gz`);
/** Made by the migrations, and by the restore itself. */
const notKept = ['_prisma_migrations', 'restoration'];
/** A process that runs writes these as soon as it finds the new database: those of the backup take their place. */
const writtenAtStart = ['master_key', 'keys_database'];
const weekly = ['message', 'message_event', 'send_attempt', 'callback_receipt'];

/**
 * Writes all rows into a folder, one gzipped file of JSON lines a table, as they are at one moment, while everybody goes on.
 * `client` as a superuser or a role that row-level security lets through. Throws where the folder is not empty.
 */
export async function backUp(client: pg.Client, directory: string): Promise<BackupManifest> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (readdirSync(directory).length > 0) throw new Error(`${directory} is not empty: name a new folder for each backup`);
  await client.query('begin isolation level repeatable read read only');
  try {
    const [now] = (await client.query<{ at: Date }>('select now() as at')).rows;
    const names = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname <> all ($1) order by relname`,
      [notKept],
    );
    const migrations = await client.query<{ name: string }>(
      'select migration_name as name from _prisma_migrations where rolled_back_at is null order by migration_name',
    );
    const tables: BackupManifest['tables'] = [];
    for (const { name } of names.rows) tables.push(await writeTable(client, directory, name));
    const weeks = await weeksOf(client);
    const manifest = { at: (now as { at: Date }).at.toISOString(), migrations: migrations.rows.map(({ name }) => name), weeks, tables };
    writeFileSync(manifestOf(directory), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    return manifest;
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}

async function weeksOf(client: pg.Client): Promise<string[]> {
  const times = weekly.map((table) => `select ${table === 'callback_receipt' ? 'received_at' : 'created_at'} as at from ${table}`);
  const { rows } = await client.query<{ week: Date }>(
    `select distinct date_trunc('week', at, 'UTC') as week from (${times.join(' union all ')}) times order by week`,
  );
  return rows.map(({ week }) => week.toISOString());
}

async function writeTable(client: pg.Client, directory: string, name: string): Promise<BackupManifest['tables'][number]> {
  const hash = createHash('sha256');
  let rows = 0;
  await client.query(`declare kept no scroll cursor for select to_jsonb(t)::text as line from ${name} t`);
  async function* lines() {
    for (;;) {
      const page = (await client.query<{ line: string }>(`fetch ${backupRowsAtOnce} from kept`)).rows;
      if (page.length === 0) return;
      rows += page.length;
      const text = page.map(({ line }) => `${line}\n`).join('');
      hash.update(text);
      yield text;
    }
  }
  await pipeline(lines, createGzip({ level: 6 }), createWriteStream(fileOf(directory, name), { mode: 0o600, flags: 'wx' }));
  await client.query('close kept');
  return { name, rows, sha256: hash.digest('hex') };
}

/** Reads what a backup says of itself. Throws where the folder is none, or is not whole. */
export function readManifest(directory: string): BackupManifest {
  if (!existsSync(manifestOf(directory)))
    throw new Error(`${directory} is no backup, or one that was broken off: its manifest.json is missing`);
  const manifest = JSON.parse(readFileSync(manifestOf(directory), 'utf8')) as BackupManifest;
  for (const { name } of manifest.tables)
    if (!existsSync(fileOf(directory, name))) throw new Error(`the backup is not whole: ${fileOf(directory, name)} is missing`);
  return manifest;
}

/**
 * Fills an empty, migrated database from a backup, in one transaction. `client` as a superuser: triggers and foreign keys are
 * left out, since all rows are as they were. Throws, and leaves nothing, where the database is not empty or a file is not what
 * the manifest says.
 */
export async function restoreRows(client: pg.Client, directory: string, manifest: BackupManifest): Promise<void> {
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
    for (const week of manifest.weeks) await client.query('select ensure_week($1)', [week]);
    for (const table of manifest.tables) {
      const { rows } = await client.query(`select from ${table.name} limit 1`);
      if (rows.length > 0) {
        if (!writtenAtStart.includes(table.name))
          throw new Error(`the database is not empty, ${table.name} has rows: restore into a new one`);
        await client.query(`delete from ${table.name}`);
      }
      await readTable(client, directory, table);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function readTable(client: pg.Client, directory: string, { name, rows, sha256 }: BackupManifest['tables'][number]): Promise<void> {
  const hash = createHash('sha256');
  let read = 0;
  let page: string[] = [];
  const insert = async () => {
    if (page.length === 0) return;
    await client.query(`insert into ${name} select r.* from jsonb_populate_recordset(null::${name}, $1::jsonb) r`, [`[${page.join(',')}]`]);
    page = [];
  };
  const input = createReadStream(fileOf(directory, name)).pipe(createGunzip());
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    hash.update(`${line}\n`);
    read += 1;
    if (page.push(line) >= backupRowsAtOnce) await insert();
  }
  await insert();
  if (read !== rows || hash.digest('hex') !== sha256)
    throw new Error(`${fileOf(directory, name)} is not what the manifest says (${read} of ${rows} rows): take another backup`);
}

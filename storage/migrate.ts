import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { migrationLockTimeoutMs } from '../domain/limits.js';
import { projectRoot } from '../platform/projectRoot.js';
import { isLocked, retryWhileLocked } from '../platform/whileLocked.js';

/** The advisory lock that Prisma's own migrate takes: both may run at once and take turns. */
const prismaMigrateLock = 72_707_369;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

function readMigrations(directory: string): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = readFileSync(path.join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Applies what is missing of prisma/keys to the database of contacts' keys, as `migrate` does. */
export function migrateKeys(keysDatabaseUrl: string): Promise<string[]> {
  return migrate(keysDatabaseUrl, path.join(projectRoot, 'prisma/keys'));
}

/**
 * Applies what is missing of prisma/migrations, each in a transaction of its own, and keeps Prisma's book
 * (`_prisma_migrations`), so that `prisma migrate deploy` agrees. Needs a user that may create roles and tables. Two that run
 * at once take turns. Returns the names applied. Throws where a migration fails or an applied one was edited; what it did is
 * rolled back, and so is the one that was under way when its runner died.
 */
export async function migrate(databaseUrl: string, directory = path.join(projectRoot, 'prisma/migrations')): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // The query that was under way says so too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [prismaMigrateLock]);
    await client.query(`create table if not exists _prisma_migrations (
      id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
      logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
    const applied = await client.query<{ migration_name: string; checksum: string }>(
      'select migration_name, checksum from _prisma_migrations where rolled_back_at is null',
    );
    const checksums = new Map(applied.rows.map((row) => [row.migration_name, row.checksum]));
    const done: string[] = [];
    for (const { name, sql, checksum } of readMigrations(directory)) {
      const known = checksums.get(name);
      if (known && known !== checksum) throw new Error(`migration ${name} was edited after it was applied: write a new one instead`);
      if (known) continue;
      await apply(client, { name, sql, checksum });
      done.push(name);
    }
    return done;
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await retryWhileLocked(
      () => applyOnce(client, migration),
      () => undefined,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const cure = isLocked(error) ? ', again and again: end the transaction that holds the lock (pg_locks), and run it again' : '';
    throw new Error(`migration ${migration.name} failed and was rolled back: ${reason}${cure}`, { cause: error });
  }
}

async function applyOnce(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('begin');
    // Whoever waits for a strong lock holds up all who come after it: give up soon, let them through, and come again.
    await client.query(`set local lock_timeout = ${migrationLockTimeoutMs}`);
    await client.query(sql);
    await client.query(
      'insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) values ($1, $2, $3, now(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

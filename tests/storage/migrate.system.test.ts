import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { hotHistory } from '../../storage/history.js';
import { eventsOfMessage } from '../../storage/messageEvents.js';
import { findMessage } from '../../storage/messages.js';
import { migrate } from '../../storage/migrate.js';
import { queueShares } from '../../storage/queues.js';
import { attemptsOfMessage } from '../../storage/sendAttempts.js';
import { readableOnly } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase, testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const all = path.join(__dirname, '../../prisma/migrations');
const names = readdirSync(all, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
/** The first version that had whole lives of messages, inbound ones and consent: what came after it meets them as data. */
const earlier = names.filter((name) => name < '20261126010000');
const late = '20991231235959_change_things';

/** A folder with these migrations, and one more with the text `sql`. */
function folderOf(migrations: string[], sqlOfLast?: string): string {
  const folder = path.join(testDirectory(), `migrations-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder);
  for (const name of migrations) cpSync(path.join(all, name), path.join(folder, name), { recursive: true });
  if (sqlOfLast !== undefined) {
    mkdirSync(path.join(folder, late));
    writeFileSync(path.join(folder, late, 'migration.sql'), sqlOfLast);
  }
  return folder;
}

const applied = async (url: string) =>
  (await sql<{ migration_name: string }>(url, 'select migration_name from _prisma_migrations order by migration_name')).map(
    (row) => row.migration_name,
  );
const exists = async (url: string, table: string) =>
  (await sql<{ there: boolean }>(url, 'select to_regclass($1) is not null as there', [table]))[0]?.there;

describe('an empty database', () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase({ empty: true });
  });
  afterAll(() => own.drop());

  it('is migrated once, however many runners come at the same time', async () => {
    const done = await Promise.all([migrate(own.url), migrate(own.url), migrate(own.url)]);
    expect(done.flat().sort()).toEqual(names);
    expect(await applied(own.url)).toEqual(names);
    expect(await migrate(own.url)).toEqual([]);
  }, 60_000);
});

describe('a migrated database', () => {
  let own: TestDatabase;
  const open: pg.Client[] = [];
  beforeAll(async () => {
    own = await createTestDatabase();
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.end();
  });
  afterAll(() => own.drop());

  it('has nothing of a migration whose runner died in the middle, and takes it up anew', async () => {
    const text = 'create table halves (n integer); insert into halves values (1); select pg_sleep(600);';
    const dying = migrate(own.url, folderOf(names, text)).then(String, String);
    const runner = await eventually(async () => {
      const rows = await sql<{ pid: number }>(
        own.url,
        `select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
      );
      return rows[0]?.pid;
    });
    await sql(own.url, 'select pg_terminate_backend($1)', [runner]);
    expect(await dying).toMatch(new RegExp(`migration ${late} failed and was rolled back`));
    expect([await exists(own.url, 'halves'), await applied(own.url)]).toEqual([false, names]);

    expect(await migrate(own.url, folderOf(names, 'create table halves (n integer);'))).toEqual([late]);
    expect(await exists(own.url, 'halves')).toBe(true);
    await sql(own.url, `drop table halves; delete from _prisma_migrations where migration_name = '${late}'`);
  }, 60_000);

  it('and a migration that wait for each other both come to their end', async () => {
    const holder = new pg.Client({ connectionString: own.url });
    open.push(holder);
    await holder.connect();
    await holder.query(`set deadlock_timeout = '30s'; begin; lock table contact in row exclusive mode`);
    const text = `set local deadlock_timeout = '1500ms'; lock table message; alter table contact add column words text;`;
    const migrating = migrate(own.url, folderOf(names, text));
    await eventually(async () => {
      const waiting = `select count(*) as n from pg_locks where not granted and relation = 'contact'::regclass`;
      return (await sql<{ n: string }>(own.url, waiting))[0]?.n === '1';
    });
    await holder.query('lock table message in row exclusive mode; commit');
    expect(await migrating).toEqual([late]);
    await sql(own.url, `alter table contact drop column words; delete from _prisma_migrations where migration_name = '${late}'`);
  }, 60_000);

  it('is served while a migration waits for a lock, which gives way and comes again', async () => {
    const holder = new pg.Client({ connectionString: own.url });
    open.push(holder);
    await holder.connect();
    await holder.query('begin; lock table message in row exclusive mode');
    const migrating = migrate(own.url, folderOf(names, `set local lock_timeout = '200ms'; alter table message add column words text;`));
    let isDone = false;
    void migrating.then(() => (isDone = true));
    // It has stood before everybody else, and has let them through: a writer that has no patience at all is served.
    await eventually(async () => {
      const [row] = await sql<{ n: string }>(
        own.url,
        `select count(*) as n from pg_locks where not granted and relation = 'message'::regclass`,
      );
      return row?.n === '1';
    });
    await eventually(() =>
      sql(own.url, `begin; set local lock_timeout = '1ms'; lock table message in row exclusive mode; commit`).then(
        () => true,
        () => false,
      ),
    );
    expect(isDone).toBe(false);
    await holder.query('commit');
    expect(await migrating).toEqual([late]);
  }, 60_000);

  it('refuses a migration that was edited after it was applied, and says what to do', async () => {
    const folder = folderOf(names);
    writeFileSync(path.join(folder, names[0] as string, 'migration.sql'), 'select 1;');
    await expect(migrate(own.url, folder)).rejects.toThrow(/edited after it was applied: write a new one instead/);
  });
});

describe('a database of an earlier version, with lives in it', () => {
  const workspaceId = 'aaaaaaaa-0000-4000-8000-000000000001';
  const contactId = 'aaaaaaaa-0000-4000-8000-000000000002';
  const senderId = 'aaaaaaaa-0000-4000-8000-000000000003';
  const idOf = (n: number) => `aaaaaaaa-0000-4000-8000-0000000001${String(n).padStart(2, '0')}`;
  const lives = ['delivered', 'failed', 'parked', 'queued', 'scheduled', 'received'] as const;
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase({ empty: true });
    await migrate(own.url, folderOf(earlier));
    await sql(
      own.url,
      `insert into workspace (id, name, wrapped_key) values ('${workspaceId}', 'one', '');
       insert into provider_account (workspace_id, provider, account_sid, auth_token) values ('${workspaceId}', 'twilio', 'AC1', '');
       insert into sender (workspace_id, id, phone_number) values ('${workspaceId}', '${senderId}', '+12125550100');
       insert into contact (workspace_id, id, phone_number) values ('${workspaceId}', '${contactId}', '+12125550101');
       insert into workspace_sequence values ('${workspaceId}', ${lives.length});`,
    );
    for (const [n, status] of lives.entries()) {
      const isOpen = status === 'queued' || status === 'scheduled';
      const at = `date_trunc('milliseconds', now()) + ${n} * interval '1 millisecond'`;
      const direction = status === 'received' ? 'inbound' : 'outbound';
      await sql(
        own.url,
        `insert into message (workspace_id, created_at, id, contact_id, sender_id, direction, body, encoding, segments, status, attempt, updated_at,
           valid_until, recorded_at)
         values ('${workspaceId}', ${at}, '${idOf(n)}', '${contactId}', '${senderId}', '${direction}', 'text ${status}', 'GSM-7', 1, '${status}',
           ${status === 'delivered' ? 1 : 0}, now(), now() + interval '4 hours', ${isOpen ? 'null' : 'now()'});
         insert into message_key select workspace_id, id, created_at, '' from message where id = '${idOf(n)}';
         insert into message_event (workspace_id, seq, prev_seq, created_at, message_id, contact_id, direction, status, attempt)
         select workspace_id, ${n + 1}, ${n}, created_at, id, contact_id, direction, status, attempt from message where id = '${idOf(n)}';`,
      );
    }
    await sql(
      own.url,
      `insert into send_attempt (workspace_id, created_at, message_id, attempt, token, status, provider, contact_id, sender_id, started_at,
         deadline_at, provider_message_id, updated_at)
       select workspace_id, created_at, id, 1, gen_random_uuid(), 'delivered', 'twilio', contact_id, sender_id, now(), now(), 'SM1', now()
       from message where status = 'delivered';`,
    );
    database = new Database(own.url, 2, createLogger('silent'));
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  it('is brought to this one, and all that was in it can be read and changed', async () => {
    expect(await migrate(own.url)).toEqual(names.filter((name) => !earlier.includes(name)));

    for (const [n, status] of lives.entries()) {
      const from = status === 'received' ? '+12125550101' : '+12125550100';
      expect(await findMessage(readableOnly(database), workspaceId, idOf(n))).toMatchObject({ status, body: `text ${status}`, from });
      expect(await eventsOfMessage(database, workspaceId, idOf(n))).toMatchObject([{ seq: n + 1, prev: n, status }]);
    }
    const before = { at: new Date(Date.now() + 60_000), id: 'ffffffff-ffff-4fff-bfff-ffffffffffff' };
    const history = await hotHistory(readableOnly(database))({ workspaceId, conversationId: contactId }, before, 10);
    expect(history).toMatchObject({ next: null });
    expect(history.messages.map(({ status }) => status)).toEqual([...lives].reverse());
    expect(await attemptsOfMessage(database, workspaceId, idOf(0))).toMatchObject([
      { attempt: 1, status: 'delivered', provider: 'twilio' },
    ]);
    const { open } = await queueShares(database, workspaceId);
    expect(open.map(({ status }) => status).sort()).toEqual(['queued', 'scheduled']);
    expect(await sql(own.url, 'select provider from sender')).toEqual([{ provider: 'twilio' }]);
    expect(await sql(own.url, 'select version, actor from configuration_version')).toEqual([{ version: 1, actor: 'system' }]);
  }, 60_000);
});

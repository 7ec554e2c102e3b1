import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { OutboundMessage } from '../../domain/message.js';
import { weekEndMs } from '../../domain/weeks.js';
import { Database } from '../../platform/database.js';
import type { Logger } from '../../platform/logger.js';
import { isLocked } from '../../platform/whileLocked.js';
import { persistMessages } from '../../storage/persistMessages.js';
import { createTestKeys, type TestKeys } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';
import { patience } from '../support/eventually.js';

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const parents = ['message', 'message_event', 'send_attempt', 'callback_receipt'];
const workspaceId = randomUUID();
const contactId = randomUUID();
const senderId = randomUUID();

let own: TestDatabase;
let database: Database;
let keys: TestKeys;
const logged: { level: string; event: string }[] = [];

const note = (level: string) => (entry: { event: string }) => void logged.push({ level, event: entry.event });
const logger = { error: note('error'), warn: note('warn'), info: note('info') } as unknown as Logger;

const message = (): OutboundMessage => ({
  workspaceId,
  messageId: randomUUID(),
  generation: 1,
  payloadHash: 'ab'.repeat(32),
  contactId,
  to: '+12125550101',
  senderId,
  from: '+12125550100',
  body: 'hello',
  mediaUrls: [],
  metadata: {},
  priority: 'normal',
  encoding: 'GSM-7',
  segments: 1,
  acceptedAtMs: Date.now(),
  validUntilMs: Date.now() + 60_000,
  closesAtMs: Date.now() + 60_000,
});

/** A session of its own, which holds what it locks until its transaction ends. */
async function session(options = ''): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: own.url, ...(options && { options }) });
  await client.connect();
  return client;
}

/** From when to when each week of a table reaches, in order. */
const weeksOf = (parent: string) =>
  sql<{ name: string; from: Date; to: Date }>(
    own.url,
    `select c.relname as name, (b.found)[1]::timestamptz as "from", (b.found)[2]::timestamptz as "to"
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
       cross join lateral (select regexp_match(pg_get_expr(c.relpartbound, c.oid), '\\(''(.+)''\\) TO \\(''(.+)''\\)') as found) b
     where i.inhparent = $1::regclass order by 2`,
    [parent],
  );

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 3, logger);
  keys = await createTestKeys(own.url);
  await sql(own.url, `insert into workspace (id, name, wrapped_key) values ('${workspaceId}', 'one', '')`);
  await sql(own.url, `insert into sender (workspace_id, id, phone_number) values ('${workspaceId}', '${senderId}', '+12125550100')`);
}, 30_000);
afterAll(async () => {
  await database.close();
  await keys.close();
  await own.drop();
});

describe('the weeks of partitions', () => {
  it('stand five ahead, from Monday to Monday in UTC', async () => {
    expect(await database.makePartitions(5)).toBe(0);
    for (const parent of parents) {
      const weeks = await weeksOf(parent);
      expect(weeks.length).toBeGreaterThanOrEqual(6);
      expect(weeks[0]?.to.getTime()).toBe(weekEndMs(Date.now()));
      expect(weeks[5]?.to.getTime()).toBe(weekEndMs(Date.now(), 5));
    }
  });

  it.each(zones)(
    'leave no gap and do not overlap over a change of the clocks, made in a session of %s',
    async (zone) => {
      const client = await session(`-c timezone=${zone}`);
      // A year that no other zone has made, around both changes of the clocks.
      const year = 2030 + 2 * zones.indexOf(zone);
      try {
        await client.query(
          `select ensure_week(make_timestamptz($1, 1, 7, 12, 0, 0, 'UTC') + week * interval '168 hours')
           from (select generate_series(8, 15) union all select generate_series(38, 45)) as all_weeks (week)`,
          [year],
        );
      } finally {
        await client.end();
      }
      const weeks = (await weeksOf('message')).filter(({ from }) => from.getUTCFullYear() === year);
      expect(weeks).toHaveLength(16);
      for (const [index, { from, to }] of weeks.entries()) {
        expect([from.getUTCDay(), from.getTime() % 86_400_000]).toEqual([1, 0]);
        expect(to.getTime() - from.getTime()).toBe(7 * 86_400_000);
        if (index % 8 > 0) expect(from).toEqual(weeks[index - 1]?.to);
      }
    },
    30_000,
  );

  it('take the last millisecond before midnight and the first after it, each in its own week', async () => {
    const midnight = weekEndMs(Date.now());
    const rows = await sql<{ week: string }>(
      own.url,
      `insert into message (workspace_id, created_at, id, contact_id, sender_id, body, encoding, segments, status, updated_at, recorded_at)
       select $1, at, gen_random_uuid(), $2, $3, 'text', 'GSM-7', 1, 'delivered', at, at from unnest($4::timestamptz[]) as at
       returning regexp_replace(tableoid::regclass::text, '.*message_(.*)_h.*', '\\1') as week`,
      [workspaceId, contactId, senderId, [new Date(midnight - 1), new Date(midnight)]],
    );
    const names = (await weeksOf('message')).filter(({ to }) => to.getTime() >= midnight).map(({ name }) => name.replace('message_', ''));
    expect(rows.map(({ week }) => week)).toEqual(names.slice(0, 2));
  });

  it('that are missing after weeks of downtime are made by the first message, and the operator is told', async () => {
    for (const parent of parents) {
      for (const { name, to } of await weeksOf(parent)) {
        if (to.getTime() <= weekEndMs(Date.now(), 5)) await sql(own.url, `drop table partitions."${name}"`);
      }
    }
    logged.length = 0;
    const stored = await Promise.all([1, 2, 3].map(() => persistMessages({ database, contents: keys.contents }, [message()])));
    expect(stored.map(([one]) => one?.created)).toEqual([true, true, true]);
    expect(logged).toContainEqual({ level: 'error', event: 'database.partition_missing' });
    expect(await database.makePartitions(5)).toBe(4);
    expect(await database.makePartitions(5)).toBe(0);
  }, 20_000);
});

describe('making a week', () => {
  it('locks nothing against rows that come in', async () => {
    const client = await session();
    await client.query('begin');
    const before = new Set((await client.query<{ oid: number }>('select oid from pg_class')).rows.map(({ oid }) => oid));
    await client.query(`select ensure_week('2028-03-01')`);
    const { rows } = await client.query<{ relation: number; name: string; mode: string }>(
      `select relation, relation::regclass::text as name, mode from pg_locks
       where pid = pg_backend_pid() and locktype = 'relation' and relation >= 16384`,
    );
    await client.query('rollback');
    await client.end();
    const gentle = ['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock'];
    const onOthers = rows.filter(({ relation }) => before.has(relation));
    expect(onOthers.filter(({ mode }) => !gentle.includes(mode))).toEqual([]);
    // The proof is one only where the locks were looked at while they were held.
    expect(onOthers).toContainEqual(expect.objectContaining({ name: 'message', mode: 'ShareUpdateExclusiveLock' }));
  });

  it('gives up on a locked table after a moment, tries again, tells the operator at the third time, and sends go on meanwhile', async () => {
    const client = await session();
    await client.query('begin; lock table message in share update exclusive mode');
    logged.length = 0;
    const startedAt = performance.now();
    const [refused] = await Promise.allSettled([database.asMaintenance(`select ensure_week('2028-06-01')`)]);
    expect(refused?.status === 'rejected' && isLocked(refused.reason)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1_000 * patience);

    const making = database.makePartitions(6);
    let sends = 0;
    while (!logged.some(({ level }) => level === 'error')) {
      const [stored] = await persistMessages({ database, contents: keys.contents }, [message()]);
      expect(stored?.created).toBe(true);
      sends += 1;
      await delay(5);
    }
    expect(sends).toBeGreaterThan(3);
    expect(logged.filter(({ level }) => level === 'warn')).toHaveLength(2);
    await client.query('commit');
    await client.end();
    expect(await making).toBe(1);
  }, 20_000);

  it('is not held up by who only reads, however long that takes', async () => {
    const client = await session();
    await client.query('begin; select count(*) from message');
    expect(await database.makePartitions(7)).toBe(1);
    await client.query('commit');
    await client.end();
  });
});

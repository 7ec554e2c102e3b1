import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { putOldMessages } from '../../bench/oldMessages.js';
import { oldWeeks } from '../support/archiving.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';
import { patience } from '../support/eventually.js';

const weeks = oldWeeks(4);
const [locked, reopened, unproved, widened] = weeks as [Week, Week, Week, Week];
type Week = (typeof weeks)[number];
const workspaceId = '0198c0de-0000-7000-8000-000000000001';

let database: TestDatabase;
let maintenance: pg.Client;

async function connect(role: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, options: `-c role=${role}` });
  await client.connect();
  return client;
}

beforeAll(async () => {
  database = await createTestDatabase();
  await sql(database.url, `insert into workspace (id, name, wrapped_key) values ($1, 'one', 'none')`, [workspaceId]);
  await sql(database.url, `insert into sender (workspace_id, id, phone_number) values ($1, $1, '+12125550199')`, [workspaceId]);
  for (const { start } of weeks)
    await putOldMessages(database.url, { workspaceIds: [workspaceId], weekStart: start, conversations: 2, messagesEach: 5 });
  maintenance = await connect('maintenance');
}, 60_000);
afterAll(async () => {
  await maintenance?.end();
  await database?.drop();
});

const ready = async ({ week, start }: Week) => {
  await maintenance.query(`select bound_week('message', $1)`, [start]);
  await maintenance.query(`select prove_bounds('message', $1)`, [start]);
  await maintenance.query(
    `insert into archive_week (week, starts_at, ends_at, state) values ($1, $2, $2::timestamptz + interval '7 days', 'detaching')`,
    [week, start],
  );
};
const detach = ({ start }: Week) => maintenance.query(`select detach_week('message', $1)`, [start]);
const placeOf = async ({ start }: Week) => (await maintenance.query(`select week_place('message', $1) as place`, [start])).rows[0].place;
const countIn = async (table: string, { start }: Week) =>
  (
    await maintenance.query(
      `select count(*)::integer as n from ${table} where created_at >= $1 and created_at < $1::timestamptz + interval '7 days'`,
      [start],
    )
  ).rows[0].n;

describe('a week that leaves the hot tables', () => {
  it('waits for nobody longer than 100 ms, and makes nobody wait longer', async () => {
    await ready(locked);
    const reader = await connect('maintenance');
    const bystander = await connect('maintenance');
    await reader.query('begin');
    await reader.query('select 1 from message limit 1');
    const startedAt = performance.now();
    const detaching = expect(detach(locked)).rejects.toMatchObject({ code: '55P03' });
    // Behind the one that wants the table for itself.
    const waited = (async () => {
      await bystander.query('select pg_sleep(0.02)');
      const from = performance.now();
      await bystander.query('select 1 from message limit 1');
      return performance.now() - from;
    })();
    await detaching;
    expect(performance.now() - startedAt).toBeLessThan(1_000 * patience);
    expect(await waited).toBeLessThan(500 * patience);
    expect(await placeOf(locked)).toBe('hot');
    await reader.query('commit');
    await detach(locked);
    expect([await placeOf(locked), await countIn('message', locked), await countIn('message_cold', locked)]).toEqual(['cold', 0, 10]);
    await Promise.all([reader.end(), bystander.end()]);
  });

  it('stays where one of its messages was taken up again since it was looked at', async () => {
    await ready(reopened);
    await sql(
      database.url,
      `update message set recorded_at = null where id = (select id from message where created_at >= $1 order by created_at limit 1)`,
      [reopened.start],
    );
    await expect(detach(reopened)).rejects.toMatchObject({ code: 'PA002' });
    expect([await placeOf(reopened), await countIn('message', reopened)]).toEqual(['hot', 10]);
  });

  it('can not be dropped by anybody who uses the product before it is proved stored', async () => {
    await ready(unproved);
    const drop = () => maintenance.query(`select drop_week('message', $1)`, [unproved.start]);
    await expect(drop()).rejects.toMatchObject({ code: 'PA003' });
    await detach(unproved);
    await expect(drop()).rejects.toMatchObject({ code: 'PA003' });
    await maintenance.query(
      `update archive_week set state = 'archived', generation = 1, manifest_key = 'k', manifest_sha256 = 's' where week = $1`,
      [unproved.week],
    );
    await expect(drop()).rejects.toMatchObject({ code: 'PA003' });
    await maintenance.query(`insert into archive_file (week, generation, table_name, about) values ($1, 1, 'message', '{}')`, [
      unproved.week,
    ]);
    await expect(drop()).rejects.toMatchObject({ code: 'PA003' });
    expect(await countIn('message_cold', unproved)).toBe(10);
    await maintenance.query('update archive_file set proved_at = now() where week = $1', [unproved.week]);
    await drop();
    expect(await placeOf(unproved)).toBe('none');
  });

  it.each(['app', 'ingest'])('is no business of the role %s', async (role) => {
    const client = await connect(role);
    for (const call of ['detach_week', 'drop_week', 'remake_week', 'attach_restored'])
      await expect(client.query(`select ${call}('message', $1)`, [locked.start])).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('drop table partitions.message_2026w01')).rejects.toThrow();
    await client.end();
  });

  it('is taken also where the hot tables have got columns since the cold ones were made', async () => {
    await sql(database.url, `alter table message add column mood text not null default 'calm'`);
    await ready(widened);
    await detach(widened);
    const { rows } = await maintenance.query('select distinct mood from message_cold where created_at >= $1', [widened.start]);
    expect(rows).toEqual([{ mood: 'calm' }]);
  });

  it('shows each workspace its own rows only, and none to a transaction without one', async () => {
    const client = await connect('app');
    const seen = async (id: string) => {
      await client.query(`begin; set local app.ws = '${id}'`);
      const { rows } = await client.query('select count(*)::integer as n from message_cold');
      await client.query('commit');
      return rows[0].n;
    };
    expect(await seen(workspaceId)).toBe(20);
    expect(await seen('0198c0de-0000-7000-8000-000000000002')).toBe(0);
    expect((await client.query('select count(*)::integer as n from message_cold')).rows[0].n).toBe(0);
    await expect(client.query('delete from message_cold')).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });
});

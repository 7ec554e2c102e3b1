import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedDemo } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { listConversations } from '../../storage/conversations.js';
import { readableOnly } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

// From the reliability rules: must return no row.
const gate = `
select c.oid::regclass::text t, 'RLS/grant fault' fault from pg_class c join pg_attribute a on a.attrelid=c.oid and a.attname='workspace_id'
where c.relkind in ('r','p') and (c.relispartition and has_table_privilege('app',c.oid,'SELECT,INSERT,UPDATE,DELETE')
   or not c.relispartition and not (c.relrowsecurity and c.relforcerowsecurity))
union all select i.indexrelid::regclass::text, 'unique key without workspace_id' from pg_index i
join pg_attribute a on a.attrelid=i.indrelid and a.attname='workspace_id' where i.indisunique and not a.attnum=any(i.indkey::int2[])`;

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 2, createLogger('silent'));
}, 30_000);
afterAll(async () => {
  await database.close();
  await own.drop();
});

const tenantTables = `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
  where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`;

describe('the database', () => {
  it('has row-level security forced on every table of tenants, and no rights on partitions', async () => {
    expect(await sql(own.url, gate)).toEqual([]);
  });

  it('notices a table that was forgotten', async () => {
    await sql(own.url, 'create table forgotten (workspace_id uuid, id int unique)');
    const faults = await sql<{ t: string }>(own.url, gate);
    await sql(own.url, 'drop table forgotten');
    expect(faults.map(({ t }) => t).sort()).toEqual(['forgotten', 'forgotten_id_key']);
  });

  it('shows a role without a tenant nothing, and a tenant only its own', async () => {
    const { workspaces } = await seedDemo({ databaseUrl: own.url, encryptionKey: Buffer.alloc(32, 7).toString('base64'), workspaces: 2 });
    const [mine = '', other = ''] = workspaces.map(({ id }) => id);
    const asApp = new URL(own.url);
    asApp.searchParams.set('options', '-c role=app');
    const tables = await sql<{ name: string }>(own.url, tenantTables);
    expect(tables.length).toBeGreaterThan(9);
    for (const { name } of tables) {
      expect([name, await sql(asApp.href, `select count(*)::int as n from ${name}`)]).toEqual([name, [{ n: 0 }]]);
    }
    const count = { name: 'count_senders', text: 'select count(*)::int as n, min(workspace_id::text) as first from sender' };
    expect(await database.forWorkspace(mine, count, [])).toEqual([{ n: 2, first: mine }]);
    expect(await database.forWorkspace(other, count, [])).toEqual([{ n: 2, first: other }]);
    expect(
      await listConversations(
        readableOnly(database),
        other,
        {},
        { at: new Date(Date.now() + 60_000), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
        10,
      ),
    ).toEqual([]);
  });

  it('refuses the partitions themselves to the role that serves requests', async () => {
    const [leaf] = await sql<{ name: string }>(
      own.url,
      `select oid::regclass::text as name from pg_class where relispartition and relkind = 'r' and relname like 'message_2%' limit 1`,
    );
    const asApp = new URL(own.url);
    asApp.searchParams.set('options', '-c role=app');
    await expect(sql(asApp.href, `select * from ${leaf?.name}`)).rejects.toThrow(/permission denied/);
  });

  it('takes a tenant for one transaction, and only a workspace id as one', async () => {
    const setting = { name: 'setting', text: `select current_setting('app.ws', true) as ws` };
    const id = '00000000-0000-8000-8000-000000000001';
    expect(await database.forWorkspace(id, setting, [])).toEqual([{ ws: id }]);
    expect(await database.asMaintenance(`select coalesce(nullif(current_setting('app.ws', true), ''), 'none') as ws`)).toEqual([
      { ws: 'none' },
    ]);
    await expect(database.forWorkspace(`${id}'; drop table message; --`, setting, [])).rejects.toThrow(/not a workspace id/);
  });

  it('makes a week of partitions once, as closed as the others', async () => {
    const missing = new Date(Date.now() + 40 * 7 * 24 * 60 * 60 * 1_000);
    const made = () => database.asMaintenance('select ensure_week($1) as made', [missing]);
    expect([await made(), await made()]).toEqual([[{ made: true }], [{ made: false }]]);
    expect(await sql(own.url, gate)).toEqual([]);
  });
});

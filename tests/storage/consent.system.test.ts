import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { everyWorkspace } from '../../domain/consent.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { lookBeforeAccept } from '../../storage/acceptLook.js';
import { changeConsent } from '../../storage/consentChange.js';
import { beginStatement } from '../../storage/sendAttempts.js';
import { listSuppressions } from '../../storage/suppressions.js';
import { contactIdOf } from '../../storage/workspaces.js';
import { createTestKeys, type TestKeys } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

const workspaceId = randomUUID();
const suppressions = 50_000;
const forAll = '+12125550999';

let own: TestDatabase;
let database: Database;
let keys: TestKeys;

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 2, createLogger('silent'));
  keys = await createTestKeys(own.url);
  await sql(own.url, `insert into workspace (id, name, wrapped_key) values ($1, 'mine', 'none')`, [workspaceId]);
  const insert = `insert into suppression (workspace_id, phone_number, topic, id, state, source, actor)`;
  await sql(
    own.url,
    `${insert} select case when g % 2 = 0 then '${workspaceId}'::uuid else gen_random_uuid() end, '+1212' || 5000000 + g, 'all', gen_random_uuid(),
      'active', 'api', 'seed' from generate_series(1, ${suppressions}) g`,
  );
  await sql(own.url, `${insert} values ('${everyWorkspace}', '${forAll}', 'all', gen_random_uuid(), 'active', 'operator', 'seed')`);
  await sql(own.url, 'analyze');
}, 60_000);
afterAll(async () => {
  await database.close();
  await keys.close();
  await own.drop();
});

const newest = { at: new Date(Date.UTC(9999, 0)), id: everyWorkspace };
const contactOf = (number: string) => contactIdOf(Buffer.alloc(32, 5), number);
const look = (to: string, workspace = workspaceId) =>
  lookBeforeAccept(database, { workspaceId: workspace, messageId: randomUUID(), contactId: contactOf(to), to, category: 'transactional' });
const change = (phoneNumber: string, meaning: 'stop' | 'start') =>
  changeConsent(
    { database, contents: keys.contents },
    {
      workspaceId,
      phoneNumber,
      contactId: contactOf(phoneNumber),
      change: { meaning, topic: 'all' },
      source: 'api',
      evidence: '',
      actor: 'a test',
      messageId: null,
    },
  );

describe('consent in the transaction of an attempt', () => {
  it(`is one look into one index among ${suppressions} suppressions`, async () => {
    const values = [workspaceId, new Date(), randomUUID(), randomUUID(), 1, 1, 'twilio', 500, 1, '+12125000002', randomUUID()];
    const text = `explain ${beginStatement.text.replaceAll(/\$(\d+)/g, (_, n) => {
      const value = values[Number(n) - 1];
      return value instanceof Date ? `'${value.toISOString()}'` : typeof value === 'number' ? String(value) : `'${value}'`;
    })}`;
    // As the product asks: by its role, under row-level security.
    const asIngest = new URL(own.url);
    asIngest.searchParams.set('options', `-c role=ingest -c app.ws=${workspaceId}`);
    const plan = (await sql<Record<string, string>>(asIngest.href, text)).map((row) => row['QUERY PLAN']).join('\n');
    expect(plan.match(/on suppression/g)).toHaveLength(1);
    expect(plan).toMatch(/Index (Only )?Scan using suppression_pkey on suppression s/);
    expect(plan).toMatch(/Index Cond: \(\(workspace_id = ANY .*phone_number = .*topic = ANY/);
  });
});

describe('the list that holds for all workspaces', () => {
  it('is kept to by each, shown by none, and changed by none', async () => {
    expect([await look(forAll), await look(forAll, randomUUID()), await look('+12125550998')].map(({ optedOut }) => optedOut)).toEqual([
      true,
      true,
      false,
    ]);
    expect((await change(forAll, 'start')).lifted).toEqual([]);
    expect((await look(forAll)).optedOut).toBe(true);
    await change(forAll, 'stop');
    expect((await change(forAll, 'start')).lifted).toEqual(['all']);
    expect((await look(forAll)).optedOut).toBe(true);
    const listed = await listSuppressions(
      { database, contents: keys.contents },
      workspaceId,
      undefined,
      { at: new Date(Date.UTC(9999, 0)), id: everyWorkspace },
      100_000,
    );
    expect(listed).toHaveLength(suppressions / 2);
    const erase = { name: 'erase', text: `delete from suppression where phone_number = '${forAll}' returning phone_number` };
    expect(await database.forWorkspaces([workspaceId], erase, [])).toEqual([]);
    const without = new URL(own.url);
    without.searchParams.set('options', '-c role=app');
    expect(await sql(without.href, 'select count(*)::int as n from suppression')).toEqual([{ n: 0 }]);
  });

  it('names nobody: an entry of a workspace is found by the hash of its number, and shows the number to who has the keys', async () => {
    const number = '+12125550996';
    await change(number, 'stop');
    const [row] = await sql(own.url, 'select phone_number, contents from suppression where phone_number = $1', [contactOf(number)]);
    expect(JSON.stringify(row)).not.toContain(number.slice(1));
    const [listed] = await listSuppressions({ database, contents: keys.contents }, workspaceId, undefined, newest, 1);
    expect(listed).toMatchObject({ phoneNumber: number, contactId: contactOf(number) });
    // Erased: it is not written to all the same.
    await sql(keys.url, 'delete from contact_key where contact_id = $1', [contactOf(number)]);
    keys.contactKeys.forget();
    expect((await look(number)).optedOut).toBe(true);
    const [left] = await listSuppressions({ database, contents: keys.contents }, workspaceId, undefined, newest, 1);
    expect(left).toMatchObject({ phoneNumber: null, contactId: contactOf(number) });
    expect((await change(number, 'start')).lifted).toEqual(['all']);
  });

  it('of before there were keys is found by the number, and lifted by it', async () => {
    expect((await look('+12125000002')).optedOut).toBe(true);
    expect((await change('+12125000002', 'start')).lifted).toEqual(['all']);
    expect((await look('+12125000002')).optedOut).toBe(false);
  });

  it('is that of one workspace alone where the workspace made the entry', async () => {
    await change('+12125550997', 'stop');
    expect([(await look('+12125550997')).optedOut, (await look('+12125550997', randomUUID())).optedOut]).toEqual([true, false]);
  });
});

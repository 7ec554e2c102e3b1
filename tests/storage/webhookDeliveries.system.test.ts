import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { webhookEventTypes } from '../../domain/webhooks.js';
import { seedDemo } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { SettingsStore } from '../../platform/prisma.js';
import { collectWebhookDeliveries, dueWebhookDeliveries, dueWebhookEndpoints, storeFailed } from '../../storage/webhookDeliveries.js';
import { createWebhookEndpoint } from '../../storage/webhookEndpoints.js';
import { loadWorkspace, type Workspace } from '../../storage/workspaces.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

const masterKey = Buffer.alloc(32, 7);
const chosen = { url: 'https://hooks.example.com', description: '', eventTypes: [...webhookEventTypes] };
const byHand = { actor: 'test' };

let own: TestDatabase;
let database: Database;
let settings: SettingsStore;
let workspace: Workspace;
let endpointId: string;

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 6, createLogger('silent'));
  settings = new SettingsStore(database);
  const { workspaces } = await seedDemo({ databaseUrl: own.url, encryptionKey: masterKey.toString('base64') });
  workspace = (await loadWorkspace(database, new MasterKeys(masterKey), workspaces[0]?.id as string)) as Workspace;
  await addEvents(1, 5);
  endpointId = (await createWebhookEndpoint(settings, workspace, chosen, byHand))?.endpoint.id as string;
}, 60_000);
afterAll(async () => {
  await settings.close();
  await database.close();
  await own.drop();
});

const addEvents = (from: number, to: number) =>
  sql(
    own.url,
    `with numbered as (
       insert into message_event (workspace_id, seq, prev_seq, created_at, message_id, contact_id, direction, status, attempt)
       select $1, n, n - 1, now(), gen_random_uuid(), gen_random_uuid(), 'outbound', case when n % 2 = 0 then 'queued' else 'delivered' end, 1
       from generate_series($2::integer, $3::integer) n)
     insert into workspace_sequence values ($1, $3) on conflict (workspace_id) do update set last_seq = $3`,
    [workspace.id, from, to],
  );
const ref = () => ({ workspaceId: workspace.id, endpointId });

describe('deliveries to an endpoint', () => {
  it('are made of every event after it was made and none before, once, whoever looks at the same time', async () => {
    await addEvents(6, 1_505);
    for (let seen = 1; seen > 0; ) {
      const looks = await Promise.all([1, 2, 3].map(() => collectWebhookDeliveries(database)));
      seen = Math.max(...looks);
    }
    const made = await sql<{ seq: string }>(own.url, 'select seq from webhook_delivery order by seq');
    expect(made.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 750 }, (_, index) => 7 + 2 * index));
    expect((await dueWebhookDeliveries(database, ref(), 3)).map(({ data }) => data.seq)).toEqual([7, 9, 11]);
    expect(await dueWebhookEndpoints(database)).toEqual([ref()]);
  });

  it('that fail leave the endpoint alone for a while, and disable it with a notification and an entry in the audit', async () => {
    const [first, second] = await dueWebhookDeliveries(database, ref(), 2);
    const notice = { workspaceId: workspace.id, kind: 'webhook.disabled', subject: endpointId, summary: 'It is gone.' } as const;
    const failed = { retryInMs: 60_000, responseStatus: 500, error: 'answered 500', pauseMs: 60_000, disable: null, notice };
    expect(await storeFailed(database, ref(), { ...failed, deliveryId: first?.id as string })).toBe(false);
    expect(await dueWebhookEndpoints(database)).toEqual([]);
    const disable = { reason: 'it is gone', isGone: true };
    expect(await storeFailed(database, ref(), { ...failed, deliveryId: second?.id as string, disable })).toBe(true);
    expect(await sql(own.url, 'select kind, subject, count from notification')).toEqual([
      { kind: 'webhook.disabled', subject: endpointId, count: 1 },
    ]);
    expect(await sql(own.url, `select actor from audit_event where action = 'webhook.disabled'`)).toEqual([{ actor: 'webhooks' }]);
    // What is left waits for it.
    expect(await sql(own.url, `select count(*)::integer as n from webhook_delivery where status = 'pending'`)).toEqual([{ n: 751 }]);
  });

  it('are only made for as many endpoints as there may be', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => createWebhookEndpoint(settings, workspace, chosen, byHand)));
    expect(all.filter((made) => made !== undefined)).toHaveLength(9);
  });
});

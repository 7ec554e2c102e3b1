import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Notice } from '../../domain/notifications.js';
import { seedDemo } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { EventBus } from '../../platform/eventBus.js';
import { createLogger } from '../../platform/logger.js';
import { RedisLink } from '../../platform/redisLink.js';
import { Telemetry } from '../../platform/telemetry.js';
import { MessageStore } from '../../storage/messageStore.js';
import { listNotifications, markNotificationsRead } from '../../storage/notifications.js';
import { ProviderHealth } from '../../storage/providerHealth.js';
import { readableOnly } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

const now = { at: new Date(Date.UTC(2100, 0)), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

const byHand = { actor: 'a test' };

let own: TestDatabase;
let database: Database;
let stores: MessageStore[];
let workspaceId: string;

beforeAll(async () => {
  own = await createTestDatabase();
  const logger = createLogger('silent');
  database = new Database(own.url, 6, logger);
  // As in two processes: each gathers its own.
  stores = [1, 2].map(
    () =>
      new MessageStore(
        database,
        new EventBus(new RedisLink(undefined, logger)),
        new Telemetry('test'),
        new ProviderHealth(database, logger),
        readableOnly(database).contents,
      ),
  );
  const { workspaces } = await seedDemo({ databaseUrl: own.url, encryptionKey: Buffer.alloc(32, 7).toString('base64') });
  workspaceId = workspaces[0]?.id as string;
}, 60_000);
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(() => sql(own.url, 'delete from notification'));

const notice = (more: Partial<Notice> = {}): Notice => ({
  workspaceId,
  kind: 'message.failed',
  subject: '30007',
  summary: 'The text was filtered.',
  errorClass: 'CONTENT',
  ...more,
});
const notify = (count: number, more: Partial<Notice> = {}) =>
  Promise.all(Array.from({ length: count }, (_, index) => stores[index % 2]?.notify(notice(more))));
const list = (which: 'all' | 'unread' = 'all') => listNotifications(database, workspaceId, which, now, 100);

describe('a notification', () => {
  it('counts a storm of the same, from two processes, exactly', async () => {
    await Promise.all([notify(300), notify(20, { subject: '21211' })]);
    await notify(5, { count: 2 });
    const counts = (await list()).map(({ subject, count }) => [subject, count]);
    expect(counts.sort()).toEqual([
      ['21211', 20],
      ['30007', 310],
    ]);
  });

  it('that was read, or to which nothing was added for an hour, is followed by a new one', async () => {
    await notify(1);
    expect(await markNotificationsRead(database, workspaceId, null, byHand)).toBe(1);
    await notify(2);
    await sql(own.url, `update notification set last_at = now() - interval '61 minutes' where read_at is null`);
    await notify(3);
    expect((await list()).map(({ count }) => count)).toEqual([3, 2, 1]);
    const [newest] = await list('unread');
    expect(await markNotificationsRead(database, workspaceId, newest?.id as string, byHand)).toBe(1);
    expect((await list('unread')).map(({ count }) => count)).toEqual([2]);
  });

  it('goes to whom the workspace has decided, and to nobody where it wants none', async () => {
    const decide = (policy: object) => sql(own.url, 'update workspace set error_policy = $1', [policy]);
    await notify(1);
    await decide({ CONTENT: { notify: 'operator' }, NETWORK: { notify: 'nobody' } });
    await notify(1, { subject: '30008' });
    await notify(1, { subject: 'provider_unreachable', errorClass: 'NETWORK' });
    // Of a kind that is no class of errors nobody has decided anything.
    await stores[0]?.notify({ workspaceId, kind: 'webhook.disabled', subject: 'one', summary: 'It is gone.' });
    await decide({});
    expect((await list()).map(({ subject, audience }) => [subject, audience])).toEqual([
      ['one', 'workspace'],
      ['30008', 'operator'],
      ['30007', 'workspace'],
    ]);
  });

  it('that can not be stored does not fail what it tells of', async () => {
    await expect(stores[0]?.notify(notice({ workspaceId: '00000000-0000-8000-8000-000000000001' }))).resolves.toBeUndefined();
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { seedDemo } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { changeLimits, InvalidLimits, readLimits, startCooldown } from '../../storage/limits.js';
import { loadWorkspace } from '../../storage/workspaces.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

const masterKey = Buffer.alloc(32, 7);
let own: TestDatabase;
let database: Database;
let workspaceId = '';
let other = '';
let senderId = '';

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 4, createLogger('silent'));
}, 30_000);
afterAll(async () => {
  await database.close();
  await own.drop();
});

beforeEach(async () => {
  const { workspaces } = await seedDemo({ databaseUrl: own.url, encryptionKey: masterKey.toString('base64'), workspaces: 2 });
  [workspaceId = '', other = ''] = workspaces.map(({ id }) => id);
  // Nobody else can empty it.
  await sql(own.url, 'set session_replication_role = replica; truncate audit_event, audit_link');
  await sql(own.url, 'update workspace set rate_per_second = 10, burst = 50, cooldown_until = null, limits_epoch = 1');
  await sql(own.url, 'update sender set rate_per_second = null, burst = null, cooldown_until = null');
  const [sender] = await sql<{ id: string }>(own.url, 'select id from sender where workspace_id = $1 order by created_at limit 1', [
    workspaceId,
  ]);
  senderId = sender?.id ?? '';
});

const audit = () =>
  sql<{ workspace_id: string; actor: string; action: string; details: object }>(
    own.url,
    'select workspace_id, actor, action, details from audit_event order by at, id',
  );

describe('the limits of a workspace', () => {
  it('are changed together with their epoch and an entry in the audit, and nobody else’s', async () => {
    const changed = await changeLimits(database, workspaceId, { ratePerSecond: 5, countBy: 'segment', reason: 'asked for' }, 'someone');
    expect(changed).toMatchObject({ ratePerSecond: 5, burst: 50, countBy: 'segment', epoch: 2, cooldownUntilMs: null, senders: {} });
    expect((await loadWorkspace(database, new MasterKeys(masterKey), workspaceId))?.limits).toEqual(changed);
    expect(await readLimits(database, other)).toMatchObject({ ratePerSecond: 10, epoch: 1 });
    expect(await audit()).toEqual([
      {
        workspace_id: workspaceId,
        actor: 'someone',
        action: 'limits.changed',
        details: { ratePerSecond: 5, countBy: 'segment', reason: 'asked for', epoch: 2 },
      },
    ]);
  });

  it('are free of a cooldown that is lifted, its senders too, and nobody else’s', async () => {
    const cooled = { forMs: 60_000, reason: 'too much', actor: 'provider' };
    await startCooldown(database, workspaceId, cooled);
    await startCooldown(database, workspaceId, { ...cooled, senderId });
    await startCooldown(database, other, cooled);
    const { epoch } = await readLimits(database, workspaceId);
    const changed = await changeLimits(database, workspaceId, { cooldownUntil: null }, 'someone');
    expect(changed).toMatchObject({ ratePerSecond: 10, cooldownUntilMs: null, senders: {}, epoch: epoch + 1 });
    expect((await readLimits(database, other)).cooldownUntilMs).toBeGreaterThan(Date.now());
  });

  it('out of range are refused by name, and change nothing', async () => {
    await expect(changeLimits(database, workspaceId, { ratePerSecond: 1_001 }, 'someone')).rejects.toThrow(InvalidLimits);
    await expect(startCooldown(database, workspaceId, { forMs: -1, reason: 'x', actor: 'someone' })).rejects.toThrow(
      'forMs must be a whole number from 0 to 3600000, not -1',
    );
    expect(await readLimits(database, workspaceId)).toMatchObject({ ratePerSecond: 10, epoch: 1 });
    expect(await audit()).toEqual([]);
  });

  it('carry those of senders that have their own', async () => {
    await sql(own.url, 'update sender set rate_per_second = 2 where id = $1', [senderId]);
    const { senders } = await readLimits(database, workspaceId);
    expect(senders).toEqual({ [senderId]: { ratePerSecond: 2, burst: 50, cooldownUntilMs: null } });
  });
});

describe('a cooldown', () => {
  const cooldown = { forMs: 60_000, reason: '429', actor: 'provider' };

  it('is started once by many who ask for it at the same time', async () => {
    const startedAt = Date.now();
    const answers = await Promise.all(Array.from({ length: 10 }, () => startCooldown(database, workspaceId, cooldown)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    const { epoch, cooldownUntilMs } = await readLimits(database, workspaceId);
    expect(epoch).toBe(2);
    expect(Math.abs((cooldownUntilMs ?? 0) - startedAt - 60_000)).toBeLessThan(5_000);
    expect(await audit()).toHaveLength(1);
  });

  it('is lengthened by a longer one and not cut by a shorter one', async () => {
    await startCooldown(database, workspaceId, cooldown);
    expect(await startCooldown(database, workspaceId, { ...cooldown, forMs: 10_000 })).toBe(false);
    expect(await startCooldown(database, workspaceId, { ...cooldown, forMs: 120_000 })).toBe(true);
    expect((await readLimits(database, workspaceId)).epoch).toBe(3);
  });

  it('of one sender leaves the others and the workspace alone, but for the epoch', async () => {
    expect(await startCooldown(database, workspaceId, { ...cooldown, senderId })).toBe(true);
    const limits = await readLimits(database, workspaceId);
    expect(limits).toMatchObject({ epoch: 2, cooldownUntilMs: null });
    expect(Object.keys(limits.senders)).toEqual([senderId]);
    expect(limits.senders[senderId]?.cooldownUntilMs).toBeGreaterThan(Date.now() + 50_000);
  });
});

it('the audit can be written and read, and neither changed nor deleted, by the role that serves requests', async () => {
  await changeLimits(database, workspaceId, { burst: 20 }, 'someone');
  const asApp = new URL(own.url);
  asApp.searchParams.set('options', `-c role=app -c app.ws=${workspaceId}`);
  expect(await sql(asApp.href, 'select action from audit_event')).toEqual([{ action: 'limits.changed' }]);
  await expect(sql(asApp.href, 'delete from audit_event')).rejects.toThrow(/permission denied/);
  await expect(sql(asApp.href, `update audit_event set actor = 'nobody'`)).rejects.toThrow(/permission denied/);
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Breaker, claimed, failed, newBreaker, probeSucceeded } from '../../domain/breaker.js';
import { seedDemo } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { changeBreaker } from '../../storage/breakers.js';
import { ProviderHealth } from '../../storage/providerHealth.js';
import { loadWorkspace } from '../../storage/workspaces.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const masterKey = Buffer.alloc(32, 7);
const logger = createLogger('silent');
const ref = { scope: 'account', subject: 'twilio' } as const;
const settings = { failuresMax: 3, openMs: 1_000 };

let own: TestDatabase;
/** Each as a process has one. */
let databases: Database[];
let workspaces: string[];

beforeAll(async () => {
  own = await createTestDatabase();
  databases = [1, 2, 3].map(() => new Database(own.url, 4, logger));
  const seeded = await seedDemo({ databaseUrl: own.url, encryptionKey: masterKey.toString('base64'), workspaces: 4 });
  workspaces = seeded.workspaces.map(({ id }) => id);
}, 30_000);
afterAll(async () => {
  for (const database of databases) await database.close();
  await own.drop();
});

const anyDatabase = (index: number) => databases[index % databases.length] as Database;
const workspace = (index: number) => workspaces[index] as string;
/** As any process sees it. */
const seen = async (id: string): Promise<Breaker[]> => (await loadWorkspace(anyDatabase(0), new MasterKeys(masterKey), id))?.breakers ?? [];

describe('a breaker', () => {
  it('counts the failures of all processes together, each of them once', async () => {
    const id = workspace(0);
    const nowMs = Date.now();
    const changes = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        changeBreaker(anyDatabase(index), id, ref, (breaker) => failed(breaker, 'HTTP 500', settings, nowMs)),
      ),
    );
    // Two that count, one that opens, and the others find it open.
    expect(changes.filter(({ changed }) => changed)).toHaveLength(3);
    expect(await seen(id)).toMatchObject([{ ...ref, state: 'open', opens: 1, reason: 'HTTP 500' }]);
  });

  it('lets one message try, whichever processes ask at the same moment', async () => {
    const id = workspace(0);
    const atMs = Date.now() + 60_000;
    const messages = Array.from({ length: 12 }, () => randomUUID());
    const claims = await Promise.all(
      messages.map((messageId, index) => changeBreaker(anyDatabase(index), id, ref, (breaker) => claimed(breaker, messageId, atMs))),
    );
    const winners = messages.filter((_, index) => claims[index]?.changed);
    expect(winners).toHaveLength(1);
    expect(await seen(id)).toMatchObject([{ state: 'halfOpen', probe: winners[0] }]);
    await changeBreaker(anyDatabase(1), id, ref, (breaker) => probeSucceeded(breaker, winners[0] as string, atMs));
    expect(await seen(id)).toEqual([]);
  });

  it('belongs to its workspace, and its audit is written with the change or not at all', async () => {
    const [id, other] = [workspace(1), workspace(2)];
    const audit = { actor: 'ana', action: 'breaker.forced', details: { subject: 'twilio' } };
    const forced = (breaker: Breaker): Breaker => ({
      ...newBreaker(breaker, Date.now()),
      forced: { state: 'open', untilMs: Date.now() + 60_000 },
    });
    await changeBreaker(anyDatabase(0), id, ref, forced, audit);
    await changeBreaker(anyDatabase(0), id, ref, () => null, audit);
    expect(await seen(id)).toMatchObject([{ forced: { state: 'open' } }]);
    expect(await seen(other)).toEqual([]);
    expect(
      await sql(own.url, `select actor, action, details from audit_event where workspace_id = any($1) and actor <> 'operator'`, [
        [id, other],
      ]),
    ).toEqual([audit]);
  });
});

describe("a provider's health", () => {
  it('is what all processes have seen of it together, and is read by those that have seen nothing', async () => {
    const id = workspace(3);
    const healths = databases.map((database) => new ProviderHealth(database, logger));
    healths.forEach((health, index) => {
      for (let failures = 0; failures <= index; failures++) health.note(id, 'twilio', false);
    });
    // All at once: each is written on top of the others.
    await Promise.all(healths.map((health) => health.close()));
    const onlooker = new ProviderHealth(anyDatabase(0), logger);
    const healthOf = await onlooker.of(id);
    expect(healthOf('twilio')).toBeCloseTo(0.7, 1);
    expect(healthOf('another')).toBe(1);
    const [row] = await sql<{ version: number }>(own.url, 'select version from provider_health where workspace_id = $1', [id]);
    expect(row?.version).toBe(3);
    await eventually(async () => (await (healths[0] as ProviderHealth).of(id))('twilio') < 0.75);
  });

  it('is not written while all is well', async () => {
    const id = workspace(2);
    const health = new ProviderHealth(anyDatabase(0), logger);
    for (let successes = 0; successes < 100; successes++) health.note(id, 'twilio', true);
    await health.close();
    expect(await sql(own.url, 'select 1 from provider_health where workspace_id = $1', [id])).toEqual([]);
  });
});

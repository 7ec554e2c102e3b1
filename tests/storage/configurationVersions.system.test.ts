import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Configuration, changesBetween } from '../../domain/configuration.js';
import { seedDemo } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { SettingsStore } from '../../platform/prisma.js';
import { setBack, versionsBefore } from '../../storage/configurationVersions.js';
import { changeLimits } from '../../storage/limits.js';
import { changeSenderLimits } from '../../storage/senderLimits.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

let own: TestDatabase;
let database: Database;
let settings: SettingsStore;
let workspaceId: string;
let senderId: string;

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 6, createLogger('silent'));
  settings = new SettingsStore(database);
  const { workspaces } = await seedDemo({ databaseUrl: own.url, encryptionKey: Buffer.alloc(32, 7).toString('base64'), workspaces: 1 });
  workspaceId = workspaces[0]?.id as string;
  [{ id: senderId }] = (await sql<{ id: string }>(own.url, 'select id from sender limit 1')) as [{ id: string }];
}, 60_000);
afterAll(async () => {
  await settings.close();
  await database.close();
  await own.drop();
});

const versions = () => versionsBefore(settings, workspaceId, 1_000_000, 500);
const newest = async () => (await versions())[0] as Awaited<ReturnType<typeof versions>>[number];
const byHand = { actor: 'a test' };

describe('versions of a configuration', () => {
  it('are counted without a gap, however many change settings at once', async () => {
    const before = (await newest()).version;
    await Promise.all(Array.from({ length: 20 }, (_, n) => changeLimits(database, workspaceId, { burst: 100 + n }, `person ${n}`)));
    const made = (await versions()).filter(({ version }) => version > before);
    expect(made.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, n) => before + 20 - n));
    for (const { actor, configuration } of made) expect(`person ${Number(configuration.limits?.burst) - 100}`).toBe(actor);
  });

  it('are not made by what changes no setting: a cooldown, or the same value again', async () => {
    const before = await newest();
    await sql(own.url, "update workspace set cooldown_until = now() + interval '1 second', limits_epoch = limits_epoch + 1");
    await changeLimits(database, workspaceId, { burst: before.configuration.limits?.burst as number }, 'a test');
    expect((await newest()).version).toBe(before.version);
  });

  it('have a way back for every section: what was changed in each is set back', async () => {
    const good = await newest();
    await changeLimits(database, workspaceId, { ratePerSecond: 77, burst: 7, cooldownMs: 1, countBy: 'segment' }, 'a test');
    await changeSenderLimits(database, workspaceId, [{ senderId, ratePerSecond: 1, burst: 1 }], { actor: 'a test' });
    await sql(
      own.url,
      `update workspace set ambiguous_policy = 'prefer-delivery', word_search = true, message_days = 30, legal_hold = true, routes = '{"US": [{"provider": "twilio", "weight": 100, "order": 1}]}', error_policy = '{"NETWORK": {"attemptsMax": 5}}'`,
    );
    const bad = await newest();
    const sections = (configuration: Configuration) => Object.keys(configuration).sort();
    const wrong = changesBetween(good.configuration, bad.configuration);
    expect([...new Set(wrong.map(({ section }) => section))].sort()).toEqual(sections(bad.configuration));

    await setBack(settings, workspaceId, { version: good.version, action: 'configuration.restored' }, byHand, (now) =>
      changesBetween(now, good.configuration),
    );
    expect(await newest()).toMatchObject({ configuration: good.configuration, undoes: good.version, actor: 'a test' });
  });

  it('are left as they are where the change is refused', async () => {
    const before = await newest();
    const refused = setBack(settings, workspaceId, { version: 1, action: 'configuration.undone' }, byHand, () => {
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    expect(await newest()).toEqual(before);
  });
});

import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { taskQueues } from '../../domain/taskQueues.js';
import { startChild } from '../../local/childProcess.js';
import { ensureKeysDatabase } from '../../local/embeddedPostgres.js';
import { productLoginUrl } from '../../local/productLoginUrl.js';
import { defaultProcesses } from '../../local/stack.js';
import { seedDemo } from '../../main/seedDemo.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { migrateKeys } from '../../storage/migrate.js';
import { createTestDatabase, sql, type TestDatabase, testDirectory } from '../support/database.js';
import { type System, startSystem } from '../support/system.js';

const keyOf = (seed: number) => Buffer.alloc(32, seed).toString('base64');
const idOf = (key: string) => new MasterKeys(Buffer.from(key, 'base64')).currentId;
const [first, second, wrong] = [keyOf(1), keyOf(2), keyOf(3)] as [string, string, string];
const to = '+12125550181';

let system: System;
let another: TestDatabase;

beforeAll(async () => {
  [system, another] = await Promise.all([
    startSystem({ encryptionKey: first, workspaces: 3, processes: defaultProcesses }),
    createTestDatabase(),
  ]);
}, 60_000);
afterAll(async () => {
  await system.stop();
  await another.drop();
});

const programOf = (program: string) => path.join(__dirname, '../../dist/main', program);

const environment = () => ({
  DATABASE_URL: productLoginUrl(system.databaseUrl),
  KEYS_DATABASE_URL: productLoginUrl(system.keysDatabaseUrl),
  TEMPORAL_ADDRESS: system.temporalAddress,
  TEMPORAL_NAMESPACE: system.temporalNamespace,
  ENCRYPTION_KEY: first,
  ROLES: 'sends',
  LOG_LEVEL: 'silent',
  ARCHIVE_DIRECTORY: system.archiveDirectory,
});

/** A program of the product with other keys: how it ended, and what it said. */
function run(program: string, env: Record<string, string>, ...words: string[]): Promise<{ code: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [programOf(program), ...words], { env: { ...environment(), ...env }, timeout: 20_000 }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, said: out + err }),
    );
  });
}

/** All that another key could have changed. */
const everything = async () => ({
  keys: await sql(system.databaseUrl, 'select id from master_key order by id'),
  workspaces: await sql(system.databaseUrl, 'select id, wrapped_key from workspace order by id'),
  paired: await sql(system.databaseUrl, 'select id from keys_database'),
});

describe('a master key that does not fit', () => {
  it.each([
    [
      'is another one',
      { ENCRYPTION_KEY: wrong },
      /ENCRYPTION_KEY is key .+ and the data is sealed under key .+ENCRYPTION_KEYS_OLD.+Nothing was written/,
    ],
    ['is missing', { ENCRYPTION_KEY: '' }, /ENCRYPTION_KEY is not set/],
    ['is too short', { ENCRYPTION_KEY: keyOf(1).slice(4) }, /ENCRYPTION_KEY must be 32 bytes in base64/],
    ['is new, and the one before is not named', { ENCRYPTION_KEY: second }, new RegExp(`sealed under key ${idOf(first)}`)],
  ])(
    'that %s keeps a process from starting, and nothing is written',
    async (_what, env, words) => {
      const before = await everything();
      const { code, said } = await run('run.js', env);
      expect([code, said]).toEqual([2, expect.stringMatching(words)]);
      expect(said).not.toContain(first);
      expect(await everything()).toEqual(before);
    },
    30_000,
  );

  it('makes no workspaces of its own where the demo is seeded', async () => {
    const before = await everything();
    const seeding = seedDemo({ databaseUrl: system.databaseUrl, keysDatabaseUrl: system.keysDatabaseUrl, encryptionKey: wrong });
    await expect(seeding).rejects.toThrow(`sealed under key ${idOf(first)}`);
    expect(await everything()).toEqual(before);
  });

  it('is told from keys of contacts that belong to other data', async () => {
    const url = await ensureKeysDatabase(another.url);
    await migrateKeys(url);
    const before = await everything();
    const { code, said } = await run('run.js', { KEYS_DATABASE_URL: productLoginUrl(url) });
    expect([code, said]).toEqual([2, expect.stringMatching(/KEYS_DATABASE_URL names the keys of other contacts .+Nothing was written/)]);
    expect(await everything()).toEqual(before);
  }, 30_000);
});

/** What the audit has by now is noted outside the database. */
async function anchored(): Promise<void> {
  await system.request('PATCH', '/v1/workspace/limits', { body: { burst: 34 } });
  await system.temporal.workflow.execute('anchorAudit', { workflowId: 'anchor-before', taskQueue: taskQueues.maintenance, args: [] });
}

describe('a rotation of the master key', () => {
  it('wraps the keys of all workspaces anew in the background, and the old key is needed no more', async () => {
    const { body } = await system.send({ to, body: 'sealed before the rotation' });
    await system.message(body.id, ['delivered']);
    const [before] = await sql<{ contents: Buffer }>(system.databaseUrl, 'select contents from message where id = $1', [body.id]);
    await anchored();
    // Workers that know both keys do it. The system's own know only the first.
    await system.processes.get('back')?.stop();
    const both = { ENCRYPTION_KEY: second, ENCRYPTION_KEYS_OLD: first };
    const logFile = path.join(testDirectory(), `rewrap-${system.temporalNamespace}.log`);
    const worker = await startChild({
      name: 'rewrap',
      file: programOf('run.js'),
      env: { ...environment(), ...both, ROLES: 'maintenance' },
      logFile,
    });
    const rewrapped = await run('runMaintenance.js', both, 'rewrapKeys');
    await worker.stop();
    const { code, said } = rewrapped;
    expect([code, said]).toEqual([0, '{"workspaces":3}\n']);
    const ids = await sql(system.databaseUrl, `select distinct split_part(wrapped_key, '.', 2) as id from workspace`);
    expect(ids).toEqual([{ id: idOf(second) }]);

    // What was anchored under the first key is still proved, by whoever has only the second.
    const verified = await run('operator.js', { ENCRYPTION_KEY: second }, 'audit', 'verify', '--workspace', system.workspace.id);
    expect([verified.code, verified.said]).toEqual([0, expect.stringMatching(/intact, \d+ entries; anchored up to \d+ at /)]);

    // What is sealed under the contact's key is left as it was.
    expect(await sql(system.databaseUrl, 'select contents from message where id = $1', [body.id])).toEqual([before]);
    const late = await run('run.js', {});
    expect([late.code, late.said]).toEqual([2, expect.stringMatching(`sealed under key ${idOf(second)}`)]);
  }, 60_000);
});

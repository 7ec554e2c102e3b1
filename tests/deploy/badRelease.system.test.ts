import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { replay } from '../support/replay.js';
import { type System, startSystem } from '../support/system.js';

const broken = require.resolve('../support/brokenWorkflow');
const bundleFile = () => path.join(testDirectory(), `broken-${process.pid}.js`);
const inAll = 6;

let system: System;

beforeAll(async () => {
  const failureConverterPath = path.join(__dirname, '../../dist/platform/failureConverter.js');
  const { code } = await bundleWorkflowCode({ workflowsPath: broken, failureConverterPath, logger: new DefaultLogger('WARN') });
  writeFileSync(`${bundleFile()}.part`, code);
  const roles = 'messages,sends,limiter,maintenance';
  const env = { WORKER_BUILD_ID: 'bad', WORKFLOW_BUNDLE: bundleFile() };
  system = await startSystem({
    processes: [
      { name: 'front', roles: 'server' },
      { name: 'good', roles, env: { WORKER_BUILD_ID: 'good' } },
      { name: 'bad', roles, env, file: path.join(__dirname, '../support/otherBuild.cjs') },
    ],
  });
}, 60_000);
afterAll(() => system.stop(), 60_000);

/** The command, as an operator gives it. */
async function deployment(...words: string[]): Promise<any> {
  const env = { TEMPORAL_ADDRESS: system.temporalAddress, TEMPORAL_NAMESPACE: system.temporalNamespace };
  const said = await operator({ url: system.url, env }, system.workspace, 'deployment', ...words, '--json');
  return said.code === 0 ? JSON.parse(said.out) : { code: said.code, said: said.err };
}
const openLives = async (build: string): Promise<number> =>
  (await deployment('list')).builds.find(({ buildId }: { buildId: string }) => buildId === build)?.lives ?? 0;

const accepted: { id: string; body: string }[] = [];
async function send(body: string, more: object = {}): Promise<string> {
  const { status, body: answer } = await system.send({ to: `+1212555${2_000 + accepted.length}`, body, ...more });
  expect(status).toBe(202);
  accepted.push({ id: answer.id, body });
  return answer.id;
}
const name = (what: string, index: number) => `${what} ${index} ${randomBytes(3).toString('hex')}.`;

describe('a release that old lives could not go on under, and whose own never leave', () => {
  it('is one: a life that the release before has begun does not replay on it', async () => {
    const history = JSON.parse(readFileSync(path.join(__dirname, '../replay/histories/delivered.json'), 'utf8'));
    expect((await replay([history], broken)).join()).toMatch(/DeterminismViolation|Nondeterminism/);
  });

  it('gets nothing before it is named, and then what is new: what the release before has begun ends there', async () => {
    await eventually(async () => (await deployment('set', 'good')).before === null);
    // Begun by the good one, and open until the provider reports.
    await system.control('POST', '/pause');
    const old = await Promise.all(Array.from({ length: inAll }, (_, index) => send(name('old', index))));
    for (const id of old) await system.message(id, ['accepted']);
    await eventually(async () => (await openLives('good')) === inAll);

    renameSync(`${bundleFile()}.part`, bundleFile());
    await eventually(async () => (await deployment('list')).builds.length === 2);
    const between = await send(name('between', 0));
    await system.message(between, ['accepted']);
    expect((await deployment('set', 'bad')).before).toBe('good');
    // It takes Temporal a moment to tell all of its queues.
    await eventually(async () => {
      await send(name('new', accepted.length));
      return (await openLives('bad')) >= inAll;
    });
    await system.control('POST', '/resume');
    for (const id of [...old, between]) await system.message(id, ['delivered']);
  }, 60_000);

  it('is taken back by one command, and what it had begun leaves, once; what had left is not sent again', async () => {
    await system.control('POST', '/pause');
    const left = await Promise.all([send(name('leaves', 0)), send(name('leaves', 1))]);
    for (const id of left) await system.message(id, ['accepted']);
    const back = await deployment('rollback', '--reason', 'nothing leaves');
    expect(back).toMatchObject({ current: 'good', withdrawn: 'bad' });
    expect(back.lives).toBeGreaterThanOrEqual(inAll + left.length);
    await system.control('POST', '/resume');
    await send(name('after', 0));
    for (const { id } of accepted) await system.message(id, ['delivered']);
    expect((await system.ledger()).map(({ body }) => body).sort()).toEqual(accepted.map(({ body }) => body).sort());
    expect(await openLives('bad')).toBe(0);
  }, 60_000);

  it('does not come back by a second rollback, nor by a name that nobody has', async () => {
    expect(await deployment('rollback')).toMatchObject({ code: 1, said: expect.stringMatching(/deployment set BUILD/) });
    expect(await deployment('set', 'unheard')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/start it first\. There are: .*good/),
    });
    expect((await deployment('list')).current).toBe('good');
  });
});

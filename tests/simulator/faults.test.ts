import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from './eventually.js';
import { officialClient, openStage, recipient, type Stage, sender } from './stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.control('DELETE', '/rules');
  await stage.control('DELETE', '/ledger');
});

describe('a request that fails before the accept leaves nothing in the ledger', () => {
  test.each([
    ['a 429', { rateLimited: { retryAfterS: 3 } }, { status: 429, code: 20429 }, 'rateLimited'],
    ['an error', { error: { code: 21610 } }, { status: 400, code: 21610 }, 'error:21610'],
    ['an error with a status of its own', { error: { code: 20503, httpStatus: 502 } }, { status: 502, code: 20503 }, 'error:20503'],
    ['a 500', { http500: 'before' }, { status: 500, code: 20500 }, 'http500:before'],
    ['a reset', { cut: 'before' }, { code: 'ECONNRESET' }, 'cut:before'],
    ['a page of HTML', { notJson: 'before' }, { status: 500 }, 'notJson:before'],
  ])('%s', async (_name, action, error, outcome) => {
    await rule(action);
    await expect(stage.send()).rejects.toMatchObject(error);
    expect(await accepted()).toEqual([]);
    expect(await outcomes()).toEqual([outcome]);
  });
});

describe('a request that fails after the accept leaves the message in the ledger', () => {
  test.each([
    ['a 500', { http500: 'after' }, { status: 500, code: 20500 }, 'http500:after'],
    ['a reset', { cut: 'after' }, { code: 'ECONNRESET' }, 'cut:after'],
    ['a page of HTML with status 200', { notJson: 'after' }, {}, 'notJson:after'],
  ])('%s', async (_name, action, error, outcome) => {
    await rule(action);
    await expect(stage.send()).rejects.toMatchObject(error);
    expect(await accepted()).toHaveLength(1);
    expect(await outcomes()).toEqual([outcome]);
    const [message] = await stage.client.messages.list({ to: recipient });
    await eventually('its callbacks', () => stage.receiver.statusesOf(message?.sid ?? '').includes('delivered'));
  });
});

test.each(['before', 'after'])('a silence %s the accept lasts until the client leaves', async (when) => {
  await rule({ hang: when });
  const impatient = officialClient(stage.simulator.url, 200);
  await expect(impatient.messages.create({ to: recipient, from: sender, body: 'Hello' })).rejects.toMatchObject({ code: 'ECONNABORTED' });
  expect(await accepted()).toHaveLength(when === 'after' ? 1 : 0);
});

test('a 429 tells when to come back', async () => {
  await rule({ rateLimited: { retryAfterS: 3 } });
  const credentials = Buffer.from(`AC${'1'.repeat(32)}:token`).toString('base64');
  const response = await fetch(`${stage.simulator.url}/2010-04-01/Accounts/AC${'1'.repeat(32)}/Messages.json`, {
    method: 'POST',
    body: new URLSearchParams({ To: recipient, From: sender, Body: 'Hello' }),
    headers: { authorization: `Basic ${credentials}` },
  });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
});

test('a slow answer comes long after the accept', async () => {
  await rule({ delayMs: 300 });
  const [message, acceptedBefore] = await Promise.all([
    stage.send(),
    eventually('the accept', async () => (await accepted()).length === 1).then(() => Date.now()),
  ]);
  expect(Date.now() - acceptedBefore).toBeGreaterThan(100);
  expect(message.status).toBe('queued');
});

test('a slow accept shows in the ledger as the time between request and accept', async () => {
  await rule({ delayBeforeAcceptMs: 100 });
  await stage.send();
  const [entry] = await accepted();
  expect(entry.acceptedAtMs - entry.requestReceivedAtMs).toBeGreaterThanOrEqual(95);
});

test('a lagging list shows an accepted message only after its lag', async () => {
  await rule({ listLagMs: 600 });
  const { sid } = await stage.send();
  expect(await stage.client.messages.list({ to: recipient })).toEqual([]);
  await expect(stage.client.messages(sid).fetch()).rejects.toMatchObject({ code: 20404 });
  await eventually('visible', async () => (await stage.client.messages.list({ to: recipient })).length === 1);
});

test('a rule shapes only what it matches, only as often as it may, and is named in the ledger', async () => {
  await stage.control('POST', '/rules', { name: 'twice', match: { bodyIncludes: 'canary' }, times: 2, action: { http500: 'after' } });
  await stage.send({ body: 'nothing special' });
  await expect(stage.send({ body: 'canary 1' })).rejects.toThrow();
  await expect(stage.send({ body: 'canary 2' })).rejects.toThrow();
  await stage.send({ body: 'canary 3' });
  expect((await accepted()).map((entry) => entry.rule)).toEqual([undefined, 'twice', 'twice', undefined]);
});

test('chance comes from the seed: two simulators with one seed fail the same requests', async () => {
  const run = async (seed: number): Promise<string[]> => {
    const own = await openStage({ seed });
    await own.control('POST', '/rules', { probability: 0.5, action: { http500: 'before' } });
    for (let index = 0; index < 20; index += 1) await own.send().catch(() => undefined);
    const { json } = await own.control('GET', '/requests');
    await own.close();
    return json.requests.map((request: { outcome: string }) => request.outcome);
  };
  const [first, same, other] = [await run(7), await run(7), await run(8)];
  expect(first).toEqual(same);
  expect(first).not.toEqual(other);
  expect(new Set(first)).toEqual(new Set(['accepted', 'http500:before']));
});

async function rule(action: unknown): Promise<void> {
  expect((await stage.control('POST', '/rules', { action })).httpStatus).toBe(201);
}

async function accepted(): Promise<any[]> {
  return (await stage.control('GET', '/ledger')).json.entries;
}

async function outcomes(): Promise<string[]> {
  return (await stage.control('GET', '/requests')).json.requests.map((request: { outcome: string }) => request.outcome);
}

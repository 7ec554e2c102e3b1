import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from './eventually.js';
import { accountSid, authToken, openStage, recipient, type Stage, sender } from './stage.js';
import { isSignedWith, type ReceivedWebhook } from './webhookReceiver.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.control('DELETE', '/ledger');
  stage.receiver.received.length = 0;
});

test('an inbound message is signed, and the answer tells how it was received', async () => {
  stage.receiver.answers.push(204);
  const url = `${stage.receiver.url}/inbound/workspace-1`;
  const inbound = { accountSid, authToken, url, from: recipient, to: sender, body: 'STOP', optOutType: 'STOP' };
  const { json } = await stage.control('POST', '/inbound', inbound);
  expect(json).toEqual({ messageSid: expect.stringMatching(/^SM[0-9a-f]{32}$/), status: 204, results: [204] });
  const [webhook] = stage.receiver.received as [ReceivedWebhook];
  expect(isSignedWith(authToken, webhook)).toBe(true);
  expect(webhook).toMatchObject({
    url,
    form: { MessageSid: json.messageSid, From: recipient, To: sender, Body: 'STOP', OptOutType: 'STOP', SmsStatus: 'received' },
  });
});

test('an inbound message can be repeated, and always is the same message', async () => {
  const inbound = { accountSid, authToken, url: `${stage.receiver.url}/inbound`, from: recipient, to: sender, body: 'Hi', times: 3 };
  const { json } = await stage.control('POST', '/inbound', inbound);
  expect(json.results).toEqual([200, 200, 200]);
  expect(stage.receiver.received.map(({ form }) => form['MessageSid'])).toEqual(Array(3).fill(json.messageSid));
});

test('a webhook that finds nobody is reported, not thrown', async () => {
  const inbound = { accountSid, authToken, url: 'http://127.0.0.1:1/', from: recipient, to: sender, body: 'Hi' };
  const { httpStatus, json } = await stage.control('POST', '/inbound', inbound);
  expect([httpStatus, json.status, json.results]).toEqual([200, null, ['ECONNREFUSED']]);
});

test('a callback made by hand is signed, and moves the message only when asked to', async () => {
  await stage.control('POST', '/rules', { times: 1, action: { callbacks: { statuses: [{ status: 'sent', delayMs: 0 }] } } });
  const { sid } = await stage.send();
  await eventually('sent', async () => (await stage.client.messages(sid).fetch()).status === 'sent');

  await stage.control('POST', '/callback', { sid, status: 'undelivered', errorCode: 30005 });
  const told = await eventually('the callback', () => stage.receiver.received.find(({ form }) => form['MessageStatus'] === 'undelivered'));
  expect(told.form).toMatchObject({ MessageSid: sid, ErrorCode: '30005' });
  expect(isSignedWith(authToken, told)).toBe(true);
  expect((await stage.client.messages(sid).fetch()).status).toBe('sent');

  await stage.control('POST', '/callback', { sid, status: 'delivered', record: true });
  expect((await stage.client.messages(sid).fetch()).status).toBe('delivered');
});

test('the ledger is read on from a number, and by account', async () => {
  const sids = [(await stage.send()).sid, (await stage.send()).sid, (await stage.send()).sid];
  const read = async (query: string): Promise<{ sids: string[]; total: number }> => {
    const { json } = await stage.control('GET', `/ledger${query}`);
    return { sids: json.entries.map((entry: { sid: string }) => entry.sid), total: json.total };
  };
  expect(await read('')).toEqual({ sids, total: 3 });
  expect(await read('?since=2')).toEqual({ sids: [sids[2]], total: 3 });
  expect(await read('?since=3')).toEqual({ sids: [], total: 3 });
  expect(await read(`?accountSid=${accountSid}&since=1&limit=1`)).toEqual({ sids: [sids[1]], total: 3 });
  expect(await read(`?accountSid=AC${'9'.repeat(32)}`)).toEqual({ sids: [], total: 0 });
});

test('the final states tell how each message ended', async () => {
  const { sid } = await stage.send();
  const final = await eventually('a final state', async () => (await stage.control('GET', '/finals')).json.finals[0]);
  expect(final).toMatchObject({ n: 1, sid, accountSid, status: 'delivered', errorCode: null, atMs: expect.any(Number) });
});

test('a cleared ledger sends no callbacks of the messages it forgot', async () => {
  await stage.control('POST', '/rules', { times: 1, action: { callbacks: { delayMs: 200 } } });
  const forgotten = await stage.send();
  await stage.control('DELETE', '/ledger');
  await stage.control('POST', '/rules', { times: 1, action: { callbacks: { delayMs: 300 } } });
  const { sid } = await stage.send();
  await eventually('the later callbacks', () => stage.receiver.statusesOf(sid).length === 2);
  expect(stage.receiver.statusesOf(forgotten.sid)).toEqual([]);
});

test('rules are listed with what they shaped, and removed one by one', async () => {
  const { json: added } = await stage.control('POST', '/rules', { name: 'mine', match: { to: recipient }, action: { delayMs: 1 } });
  await stage.send();
  const { json } = await stage.control('GET', '/rules');
  expect(json.rules.at(-1)).toMatchObject({ id: added.id, name: 'mine', shaped: 1, probability: 1, action: { delayMs: 1 } });
  expect((await stage.control('DELETE', `/rules/${added.id}`)).json).toEqual({ deleted: 1 });
  expect((await stage.control('DELETE', `/rules/${added.id}`)).httpStatus).toBe(404);
});

test.each([
  ['POST', '/rules', { action: { http500: 'sometimes' } }, 'action.http500'],
  ['POST', '/rules', { action: {} }, 'needs at least one of its fields'],
  ['POST', '/rules', { action: { http500: 'after', cut: 'after' } }, 'may have only one of'],
  ['POST', '/rules', { action: { delay: 5 } }, 'delay'],
  ['POST', '/rules', { probability: 2, action: { delayMs: 5 } }, 'probability'],
  ['POST', '/inbound', { accountSid: 'AC1', url: 'ftp://x', from: '', to: '', body: 1 }, 'must be AC and 32 hex digits'],
  ['POST', '/callback', { sid: 'SM1' }, 'status'],
  ['GET', '/ledger?since=x', undefined, 'since'],
])('%s %s with wrong input %j is a 400 that names the fault', async (method, path, input, fault) => {
  const { httpStatus, json } = await stage.control(method, path, input);
  expect([httpStatus, json.error]).toEqual([400, expect.stringContaining(fault)]);
});

test('an unknown path and an unknown message are a 404 with a sentence', async () => {
  expect(await stage.control('GET', '/nothing')).toEqual({ httpStatus: 404, json: { error: 'There is no GET /_control/nothing.' } });
  expect((await stage.control('POST', '/callback', { sid: 'SM1', status: 'sent' })).json.error).toBe('No message SM1 was accepted here.');
});

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from './eventually.js';
import { accountSid, authToken, officialClient, openStage, recipient, type Stage, sender } from './stage.js';
import { isSignedWith, type ReceivedWebhook } from './webhookReceiver.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  // Also ends the callbacks of earlier tests, which would take the answers meant for this one.
  await stage.control('DELETE', '/ledger');
  await stage.control('DELETE', '/rules');
  stage.receiver.answers.length = 0;
  stage.receiver.answerDelayMs = 0;
});

test('a message is told sent, then delivered, each signed with the token of its request', async () => {
  const { sid } = await stage.send();
  const [sent, delivered] = await callbacksOf(sid, 2);
  expect(sent?.form).toEqual({
    ApiVersion: '2010-04-01',
    AccountSid: accountSid,
    From: sender,
    To: recipient,
    MessageSid: sid,
    SmsSid: sid,
    MessageStatus: 'sent',
    SmsStatus: 'sent',
  });
  expect(delivered?.form).toMatchObject({ MessageStatus: 'delivered', RawDlrDoneDate: expect.stringMatching(/^\d{10}$/) });
  for (const callback of [sent, delivered] as ReceivedWebhook[]) {
    expect(isSignedWith(authToken, callback)).toBe(true);
    expect(isSignedWith('another token', callback)).toBe(false);
    expect(callback.headers['i-twilio-idempotency-token']).toBeTruthy();
  }
});

test('callbacks are signed with the token their own request came with, also after the token was changed', async () => {
  await stage.control('POST', '/pause');
  const { sid } = await stage.send();
  await officialClient(stage.simulator.url, 10_000, accountSid, 'a new token').messages.list({ limit: 1 });
  await stage.control('POST', '/resume');
  for (const callback of await callbacksOf(sid, 2)) expect(isSignedWith(authToken, callback)).toBe(true);
});

test('a callback can say a word that nobody knows, while the message goes its usual way', async () => {
  const statuses = [
    { status: 'sent', delayMs: 10, word: 'paused' },
    { status: 'delivered', delayMs: 30 },
  ];
  await stage.control('POST', '/rules', { action: { callbacks: { statuses } } });
  const { sid } = await stage.send();
  const words = (await callbacksOf(sid, 2)).map(({ form }) => form.MessageStatus);
  expect(words).toEqual(['paused', 'delivered']);
  expect((await stage.client.messages(sid).fetch()).status).toBe('delivered');
});

test('what follows the # of a callback URL is neither sent nor signed', async () => {
  const { sid } = await stage.client.messages.create({
    to: recipient,
    from: sender,
    body: 'Hello',
    statusCallback: `${stage.receiver.url}/callbacks?a=1#rc=5&rp=all`,
  });
  const [callback] = await callbacksOf(sid, 1);
  expect(callback?.url).toBe(`${stage.receiver.url}/callbacks?a=1`);
  expect(isSignedWith(authToken, callback as ReceivedWebhook)).toBe(true);
});

test('a callback that is not answered 2xx is tried once more, under the same idempotency token', async () => {
  await rule({ callbacks: { statuses: [{ status: 'delivered', delayMs: 0 }] } });
  stage.receiver.answers.push(500, 500);
  const { sid } = await stage.send();
  const tries = await callbacksOf(sid, 2);
  expect(new Set(tries.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
  const noted = await eventually('both tries noted', async () => {
    const { json } = await stage.control('GET', `/messages/${sid}`);
    return json.callbacks.length === 2 && json.callbacks;
  });
  expect(noted).toMatchObject([
    { status: 'delivered', result: 500 },
    { status: 'delivered', result: 500 },
  ]);
});

test('dropped callbacks leave the message delivered at the provider', async () => {
  await rule({ callbacks: { drop: ['delivered'] } });
  const { sid } = await stage.send();
  await eventually('delivered', async () => (await stage.client.messages(sid).fetch()).status === 'delivered');
  await callbacksOf(sid, 1);
  expect(stage.receiver.statusesOf(sid)).toEqual(['sent']);
});

test('doubled and shuffled callbacks all arrive, and out of order', async () => {
  await rule({ callbacks: { times: 5, shuffle: true } });
  const { sid } = await stage.send();
  await callbacksOf(sid, 10);
  expect(stage.receiver.statusesOf(sid).filter((status) => status === 'delivered')).toHaveLength(5);
});

test('with two statuses a shuffle tells delivered before sent', async () => {
  await rule({ callbacks: { shuffle: true } });
  const { sid } = await stage.send();
  await callbacksOf(sid, 2);
  expect(stage.receiver.statusesOf(sid)).toEqual(['delivered', 'sent']);
});

test('callbacks in a hurry are answered before the POST is answered, which still says queued', async () => {
  await rule({ callbacks: { hurry: true } });
  stage.receiver.answerDelayMs = 60;
  const askedAtMs = Date.now();
  const message = await stage.send();
  // One after the other: twice the receiver's own time, less the rounding of timers.
  expect(Date.now() - askedAtMs).toBeGreaterThanOrEqual(115);
  expect(message.status).toBe('queued');
  expect(stage.receiver.statusesOf(message.sid)).toEqual(['sent', 'delivered']);
});

test('late callbacks do not make the message late', async () => {
  await rule({ callbacks: { delayMs: 2_000 } });
  const { sid } = await stage.send();
  await eventually('delivered', async () => (await stage.client.messages(sid).fetch()).status === 'delivered');
  expect(stage.receiver.statusesOf(sid)).toEqual([]);
  await callbacksOf(sid, 2);
});

test('a failed message is never told sent, and carries its error', async () => {
  await rule({ callbacks: { finalStatus: 'failed', errorCode: 30007 } });
  const { sid } = await stage.send();
  const [callback] = await callbacksOf(sid, 1);
  expect(callback?.form).toMatchObject({ MessageStatus: 'failed', ErrorCode: '30007', ErrorMessage: 'Message filtered' });
  expect(await stage.client.messages(sid).fetch()).toMatchObject({ status: 'failed', errorCode: 30007 });
  expect(stage.receiver.statusesOf(sid)).toEqual(['failed']);
});

test('paused callbacks are held, then released', async () => {
  expect((await stage.control('POST', '/pause')).json).toMatchObject({ paused: true });
  const { sid } = await stage.send();
  await eventually('both held', async () => (await stage.control('GET', '/health')).json.callbacks.held === 2);
  expect(stage.receiver.statusesOf(sid)).toEqual([]);
  expect((await stage.control('POST', '/resume')).json).toEqual({ released: 2, paused: false, held: 0 });
  await callbacksOf(sid, 2);
});

async function rule(action: unknown): Promise<void> {
  expect((await stage.control('POST', '/rules', { action })).httpStatus).toBe(201);
}

function callbacksOf(sid: string, count: number): Promise<ReceivedWebhook[]> {
  return eventually(`${count} callbacks of a message`, () => {
    const found = stage.receiver.received.filter(({ form }) => form['MessageSid'] === sid);
    return found.length >= count && found;
  });
}

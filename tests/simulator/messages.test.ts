import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from './eventually.js';
import { accountSid, authToken, officialClient, openStage, recipient, type Stage, sender } from './stage.js';

const serviceSid = `MG${'a'.repeat(32)}`;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('a message', () => {
  test('is created and fetched by the official client with all fields of the resource', async () => {
    const created = await stage.client.messages.create({ to: recipient, from: sender, body: 'Hello' });
    expect(created.toJSON()).toEqual({
      accountSid,
      apiVersion: '2010-04-01',
      body: 'Hello',
      dateCreated: expect.any(Date),
      dateSent: null,
      dateUpdated: expect.any(Date),
      direction: 'outbound-api',
      errorCode: null,
      errorMessage: null,
      from: sender,
      messagingServiceSid: null,
      numMedia: '0',
      numSegments: '1',
      price: null,
      priceUnit: 'USD',
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      status: 'queued',
      subresourceUris: { media: `/2010-04-01/Accounts/${accountSid}/Messages/${created.sid}/Media.json` },
      to: recipient,
      uri: `/2010-04-01/Accounts/${accountSid}/Messages/${created.sid}.json`,
    });
    const delivered = await eventually('delivered', async () => {
      const message = await stage.client.messages(created.sid).fetch();
      return message.status === 'delivered' && message;
    });
    expect(delivered.dateSent).toBeInstanceOf(Date);
  });

  test('of a Messaging Service has no sender and no segments until it leaves', async () => {
    const created = await stage.client.messages.create({ to: recipient, messagingServiceSid: serviceSid, body: 'x'.repeat(200) });
    expect(created).toMatchObject({ status: 'accepted', from: null, numSegments: '0', messagingServiceSid: serviceSid });
    const sent = await eventually('sent', async () => {
      const message = await stage.client.messages(created.sid).fetch();
      return message.status !== 'accepted' && message;
    });
    expect(sent).toMatchObject({ from: expect.stringMatching(/^\+1415555\d{4}$/), numSegments: '2' });
  });

  test('of another account is not found', async () => {
    const { sid } = await stage.send();
    const stranger = officialClient(stage.simulator.url, 10_000, `AC${'9'.repeat(32)}`);
    await expect(stranger.messages(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await stranger.messages.list()).toEqual([]);
  });

  test('loses its text when redacted, but not in the ledger', async () => {
    const { sid } = await stage.send({ body: 'a secret' });
    expect((await stage.client.messages(sid).update({ body: '' })).body).toBe('');
    const { json } = await stage.control('GET', `/messages/${sid}`);
    expect([json.message.body, json.entry.body]).toEqual(['', 'a secret']);
  });
});

describe('a refusal', () => {
  const good = { To: recipient, From: sender, Body: 'Hello' };
  test.each([
    [21604, { ...good, To: '' }],
    [21603, { ...good, From: '' }],
    [21602, { ...good, Body: '' }],
    [21617, { ...good, Body: 'x'.repeat(1_601) }],
    [21211, { ...good, To: '0123' }],
    [21212, { ...good, From: '+1' }],
    [21705, { ...good, MessagingServiceSid: 'MG1' }],
    [21609, { ...good, StatusCallback: 'http://a_b.example/x' }],
    [20001, { ...good, ValidityPeriod: '36001' }],
  ])('%i is worded as Twilio words it, and accepts nothing', async (code, form) => {
    const accepted = (await stage.control('GET', '/ledger')).json.total;
    const response = await post(form);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      code,
      message: expect.any(String),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status: 400,
    });
    expect((await stage.control('GET', '/ledger')).json.total).toBe(accepted);
  });

  test('meets credentials of another account, or of no account', async () => {
    expect((await post(good, `AC${'9'.repeat(32)}:${authToken}`)).status).toBe(401);
    expect((await post(good, `${accountSid}:`)).status).toBe(401);
    await expect(officialClient(stage.simulator.url, 10_000, 'ACshort').messages.list()).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
  });

  test('meets a form larger than any send', async () => {
    expect((await post({ ...good, Body: 'x'.repeat(100_000) })).status).toBe(413);
  });
});

function post(form: Record<string, string>, credentials = `${accountSid}:${authToken}`): Promise<Response> {
  return fetch(`${stage.simulator.url}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
  });
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { accountSidOf, messageSidOf } from '../../domain/twilioSid.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { eventually, patience } from '../support/eventually.js';
import { receive } from '../support/inbound.js';
import { type System, startSystem } from '../support/system.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhookReceiver.js';

let system: System;
let receiver: WebhookReceiver;
beforeAll(async () => {
  [system, receiver] = await Promise.all([
    startSystem({ workspaces: 2, env: { WEBHOOK_TARGETS: 'any', WEBHOOK_RETRY_DELAYS_S: '0.2,0.4' } }),
    startWebhookReceiver(),
  ]);
}, 60_000);
afterAll(async () => {
  await receiver.close();
  await system.stop();
}, 60_000);

/** The official client as it is, with another base URL. */
function clientOf({ twilioAccountSid, twilioAuthToken }: Pick<DemoWorkspace, 'twilioAccountSid' | 'twilioAuthToken'>) {
  const client = twilio(twilioAccountSid, twilioAuthToken);
  client.api.baseUrl = system.url;
  return client;
}

const from = () => system.workspace.senders[0] as string;

describe('a program written for Twilio', () => {
  it('sends a text by the official client, sees it delivered, and it went through the same acceptance as every other', async () => {
    const client = clientOf(system.workspace);
    const sent = await client.messages.create({ to: '+12125550140', from: from(), body: 'by the official client' });
    expect(sent).toMatchObject({
      accountSid: system.workspace.twilioAccountSid,
      apiVersion: '2010-04-01',
      body: 'by the official client',
      direction: 'outbound-api',
      errorCode: null,
      from: from(),
      numMedia: '0',
      numSegments: '1',
      status: 'queued',
      to: '+12125550140',
    });
    expect(sent.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(Date.now() - sent.dateCreated.getTime()).toBeLessThan(60_000);

    const delivered = await eventually(async () => {
      const message = await client.messages(sent.sid).fetch();
      return message.status === 'delivered' && message;
    });
    expect(delivered).toMatchObject({ sid: sent.sid, uri: `/2010-04-01/Accounts/${client.accountSid}/Messages/${sent.sid}.json` });
    expect(await system.ledger('by the official client')).toHaveLength(1);
    const { body: all } = await system.request('GET', '/v1/conversations');
    const ids = await system.request('GET', `/v1/conversations/${all.data[0].id}/messages`);
    expect(ids.body.data.map(({ id }: { id: string }) => messageSidOf(id))).toContain(sent.sid);
  });

  it('may also name the workspace by its own SID, with an API key as the auth token', async () => {
    const client = clientOf({ twilioAccountSid: accountSidOf(system.workspace.id), twilioAuthToken: system.workspace.apiKey });
    const sent = await client.messages.create({ to: '+12125550141', from: from(), body: 'by an API key', validityPeriod: 600 });
    expect(sent.accountSid).toBe(accountSidOf(system.workspace.id));
  });

  it('sends once where it repeats a request under one idempotency token', async () => {
    const { twilioAccountSid: sid, twilioAuthToken: token } = system.workspace;
    const post = () =>
      system.request('POST', `/2010-04-01/Accounts/${sid}/Messages.json`, {
        as: null,
        headers: {
          authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
          'i-twilio-idempotency-token': 'order-1017',
        },
        body: new URLSearchParams({ To: '+12125550142', From: from(), Body: 'once, please' }).toString(),
      });
    const [first, second] = await Promise.all([post(), post()]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body.sid).toBe(second.body.sid);
    await eventually(async () => (await system.ledger('once, please')).length > 0);
    expect(await system.ledger('once, please')).toHaveLength(1);
  });

  it('schedules a text, and takes it back', async () => {
    const client = clientOf(system.workspace);
    const sendAt = new Date(Date.now() + 3_600_000);
    const made = await client.messages.create({ to: '+12125550143', from: from(), body: 'later', scheduleType: 'fixed', sendAt });
    expect(made.status).toBe('scheduled');
    const canceled = await eventually(async () =>
      client
        .messages(made.sid)
        .update({ status: 'canceled' })
        .catch(() => false as const),
    );
    expect(canceled).toMatchObject({ sid: made.sid, status: 'canceled' });
  });

  it('lists what was sent and what came in, page by page, by its numbers and its days', async () => {
    const client = clientOf(system.workspace);
    const to = '+12125550150';
    const sent = [];
    for (const n of [1, 2, 3]) sent.push(await client.messages.create({ to, from: from(), body: `page ${n}` }));
    const outbound = await eventually(async () => {
      const found = await client.messages.list({ to });
      return found.length === 3 && found;
    });
    await receive(system, { from: to, to: from(), body: 'an answer' });
    expect(outbound.map(({ sid }) => sid)).toEqual(sent.map(({ sid }) => sid).reverse());

    const page = await client.messages.page({ to, pageSize: 2 });
    expect(page.instances.map(({ body }) => body)).toEqual(['page 3', 'page 2']);
    const next = await page.nextPage();
    expect(next?.instances.map(({ body }) => body)).toEqual(['page 1']);
    const each: string[] = [];
    await new Promise<void>((done) => {
      client.messages.each({ from: from(), to, pageSize: 1, callback: ({ body }) => void each.push(body), done: () => done() });
    });
    expect(each).toEqual(['page 3', 'page 2', 'page 1']);

    const bodies = async (query: Parameters<typeof client.messages.list>[0]) => (await client.messages.list(query)).map(({ body }) => body);
    expect(await bodies({ from: to })).toEqual(['an answer']);
    expect(await bodies({ to: from(), from: to })).toEqual(['an answer']);
    expect(await bodies({ to: from(), from: from() })).toEqual([]);
    expect(await bodies({ limit: 1 })).toEqual(['an answer']);
    const anHour = 3_600_000;
    const around = { dateSentAfter: new Date(Date.now() - anHour), dateSentBefore: new Date(Date.now() + anHour) };
    expect(await bodies({ to, ...around })).toHaveLength(3);
    expect(await bodies({ to, dateSentBefore: new Date(Date.now() - anHour) })).toEqual([]);

    const other = clientOf(system.workspaces[1] as DemoWorkspace);
    expect(await other.messages.list({ to })).toEqual([]);
    const token = new URL(page.nextPageUrl as string).searchParams.get('PageToken') as string;
    await expect(other.messages.page({ to, pageToken: token })).rejects.toMatchObject({ status: 400, code: 20001 });
  });

  it('hears of each state at the StatusCallback of its message, signed as by Twilio, until its server takes it', async () => {
    const client = clientOf(system.workspace);
    const url = receiver.url('/status/7?order=a%20b');
    receiver.answer('/status/7?order=a%20b', { status: 500 }, { status: 204 });
    // Far apart: a state that comes after a later one is told to nobody.
    const statuses = [
      { status: 'sent', delayMs: 20 },
      { status: 'delivered', delayMs: 1_500 * patience },
    ];
    await system.control('POST', '/rules', { match: { bodyIncludes: 'tell me' }, action: { callbacks: { statuses } } });
    const sent = await client.messages.create({ to: '+12125550151', from: from(), body: 'tell me', statusCallback: `${url}#rc=5` });
    const silent = await client.messages.create({ to: '+12125550152', from: from(), body: 'tell nobody' });
    const came = () => receiver.received.filter(({ path }) => path.startsWith('/status/7'));
    const last = await receiver.wait('/status/7?order=a%20b', ({ event }) => event.data.MessageStatus === 'delivered', 60_000);
    expect(last.event.data).toEqual({
      AccountSid: system.workspace.twilioAccountSid,
      ApiVersion: '2010-04-01',
      From: from(),
      MessageSid: sent.sid,
      MessageStatus: 'delivered',
      SmsSid: sent.sid,
      SmsStatus: 'delivered',
      To: '+12125550151',
    });
    await eventually(() => new Set(came().map(({ event }) => event.data.MessageStatus)).has('sent'));
    for (const { headers, event } of came()) {
      const signature = String(headers['x-twilio-signature']);
      expect(twilio.validateRequest(system.workspace.twilioAuthToken, signature, url, event.data)).toBe(true);
      expect(twilio.validateRequest('another', signature, url, event.data)).toBe(false);
    }
    // The first was refused once, and came again under its own token.
    await eventually(() => {
      const tokens = came().map(({ headers }) => headers['i-twilio-idempotency-token']);
      return tokens.length > new Set(tokens).size;
    });
    expect(came().every(({ event }) => event.data.MessageSid === sent.sid && event.data.MessageSid !== silent.sid)).toBe(true);

    // What fails says why.
    await system.control('POST', '/rules', { match: { bodyIncludes: 'in vain' }, action: { error: { code: 30_007 } } });
    const failed = await client.messages.create({ to: '+12125550153', from: from(), body: 'in vain', statusCallback: url });
    const told = await receiver.wait(
      '/status/7?order=a%20b',
      ({ event: { data } }) => data.MessageSid === failed.sid && data.MessageStatus === 'failed',
      60_000,
    );
    expect(told.event.data).toMatchObject({ ErrorCode: '30007', To: '+12125550153' });

    // It is shown as what it is: a server, with what was sent there, to be disabled and not to be led elsewhere.
    const as = system.workspace;
    const { body: list } = await system.request('GET', '/v1/webhook-endpoints', { as });
    const [endpoint] = list.data;
    expect(list.data).toMatchObject([{ kind: 'statusCallbacks', url: new URL(url).origin, eventTypes: [], enabled: true }]);
    const place = `/v1/webhook-endpoints/${endpoint.id}`;
    const { body: deliveries } = await system.request('GET', `${place}/deliveries`, { as });
    expect(deliveries.data[0]).toMatchObject({ type: 'message.failed', status: 'delivered' });
    for (const [method, path, body] of [
      ['PATCH', place, { url: 'https://example.com' }],
      ['POST', `${place}/test`, undefined],
      ['POST', `${place}/rotate-secret`, undefined],
    ] as const)
      expect(await system.request(method, path, { as, body })).toMatchObject({ status: 409, body: { code: 'status_callbacks_endpoint' } });
  }, 90_000);

  it('is told why a StatusCallback can not be called', async () => {
    const own = clientOf(system.workspace);
    const byKey = clientOf({ twilioAccountSid: accountSidOf(system.workspace.id), twilioAuthToken: system.workspace.apiKey });
    const create = (client: typeof own, statusCallback: string) =>
      client.messages.create({ to: '+12125550154', from: from(), body: 'x', statusCallback });
    for (const url of ['ftp://example.com/s', 'example', 'http://user:secret@example.com/s', `${receiver.url('/')}${'x'.repeat(2_048)}`])
      await expect(create(own, url)).rejects.toMatchObject({ status: 400, code: 21609 });
    await expect(create(byKey, receiver.url('/status'))).rejects.toMatchObject({ status: 400, code: 21609 });
    // Ten servers, and no more.
    for (let n = 2; n <= 10; n++) await create(own, `http://127.0.0.${n}/s`);
    await expect(create(own, 'http://127.0.0.11/s')).rejects.toMatchObject({ status: 400, code: 21609 });
    await create(own, receiver.url('/another'));
  });

  it.each([
    ['a number that can not exist', { to: '+1200', from: () => from(), body: 'x' }, 400, 21211],
    ['no text', { to: '+12125550144', from: () => from(), body: '' }, 400, 21602],
    ['a sender of somebody else', { to: '+12125550144', from: () => '+14155550198', body: 'x' }, 400, 21606],
    ['a text that is too long', { to: '+12125550144', from: () => from(), body: 'x'.repeat(1_601) }, 400, 21617],
  ])('is refused in words that its client knows: %s', async (_what, { from: sender, ...message }, status, code) => {
    const refusal = clientOf(system.workspace).messages.create({ ...message, from: sender() });
    await expect(refusal).rejects.toMatchObject({ status, code, moreInfo: `https://www.twilio.com/docs/errors/${code}` });
  });

  it('sees nothing of another workspace, and nothing without the right token', async () => {
    const [mine, other] = system.workspaces as [DemoWorkspace, DemoWorkspace];
    const sent = await clientOf(mine).messages.create({ to: '+12125550145', from: from(), body: 'mine alone' });
    await expect(clientOf(other).messages(sent.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(
      clientOf({ ...mine, twilioAuthToken: other.twilioAuthToken })
        .messages(sent.sid)
        .fetch(),
    ).rejects.toMatchObject({ status: 401, code: 20003 });
    await expect(
      clientOf({ twilioAccountSid: accountSidOf(mine.id), twilioAuthToken: other.apiKey })
        .messages(sent.sid)
        .fetch(),
    ).rejects.toMatchObject({ status: 401, code: 20003 });
  });
});

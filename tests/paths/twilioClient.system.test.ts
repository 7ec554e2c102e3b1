import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { accountSidOf, messageSidOf } from '../../domain/twilioSid.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
}, 60_000);
afterAll(() => system.stop(), 60_000);

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

  it.each([
    ['a number that can not exist', { to: '+1200', from: () => from(), body: 'x' }, 400, 21211],
    ['no text', { to: '+12125550144', from: () => from(), body: '' }, 400, 21602],
    ['a sender of somebody else', { to: '+12125550144', from: () => '+14155550198', body: 'x' }, 400, 21606],
    ['a text that is too long', { to: '+12125550144', from: () => from(), body: 'x'.repeat(1_601) }, 400, 21617],
    ['a callback of its own', { to: '+12125550144', from: () => from(), body: 'x', statusCallback: 'https://example.com/s' }, 400, 21609],
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

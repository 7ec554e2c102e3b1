import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive } from '../support/inbound.js';
import { operator } from '../support/operator.js';
import { type System, startSystem } from '../support/system.js';
import { isSignedBy, startWebhookReceiver, type WebhookReceiver } from '../support/webhookReceiver.js';

const withinMs = 60_000;
const endpoints = '/v1/webhook-endpoints';

let system: System;
let receiver: WebhookReceiver;
let next = 0;

beforeAll(async () => {
  [system, receiver] = await Promise.all([
    startSystem({
      workspaces: 10,
      processes: [
        { name: 'front', roles: 'server,messages,sends,limiter,maintenance' },
        { name: 'webhooks', roles: 'webhooks' },
      ],
      env: { WEBHOOK_TARGETS: 'any', WEBHOOK_RETRY_DELAYS_S: '0.2,0.4', WEBHOOK_DISABLE_AFTER_S: '8' },
    }),
    startWebhookReceiver(),
  ]);
}, 60_000);
afterAll(async () => {
  await receiver.close();
  await system.stop();
}, 60_000);

/** A workspace of a test's own, with an endpoint at a path of its own. */
async function endpointOf(path: string, eventTypes?: string[]) {
  const as = system.workspaces[next++] as DemoWorkspace;
  const { status, body } = await system.request('POST', endpoints, { as, body: { url: receiver.url(path), eventTypes } });
  expect(status).toBe(201);
  const place = `${endpoints}/${body.id}`;
  const get = async () => (await system.request('GET', place, { as })).body;
  const deliveries = async () => (await system.request('GET', `${place}/deliveries`, { as })).body.data;
  return { as, place, get, deliveries, id: body.id as string, secret: body.secret as string };
}

describe('a webhook endpoint', () => {
  it.concurrent('hears what becomes of a message, signed, each event once', async () => {
    const { as, secret, deliveries, place } = await endpointOf('/all');
    const { body } = await system.send({ to: '+14155551701', body: 'Parcel', metadata: { order: '7' } }, undefined, as);
    const delivered = await receiver.wait('/all', ({ event }) => event.type === 'message.delivered', withinMs);
    expect(delivered.event.data).toMatchObject({
      messageId: body.id,
      conversationId: body.conversationId,
      status: 'delivered',
      to: '+14155551701',
      from: as.senders[0],
      metadata: { order: '7' },
      error: null,
    });
    expect(delivered.event.data).not.toHaveProperty('body');
    const { events } = (await system.request('GET', `/v1/messages/${body.id}/trace`, { as })).body;
    const told = events.filter(({ status }: { status: string }) => ['sent', 'delivered'].includes(status));
    // Both at once, where both are due.
    await eventually(() => receiver.received.filter(({ path }) => path === '/all').length >= told.length);
    const mine = receiver.received.filter(({ path }) => path === '/all');
    expect(mine.map(({ event }) => event.data.seq).sort((a, b) => a - b)).toEqual(told.map(({ seq }: { seq: number }) => seq));
    for (const webhook of mine)
      expect([isSignedBy(secret, webhook), isSignedBy(`whsec_${btoa('x'.repeat(32))}`, webhook)]).toEqual([true, false]);
    await eventually(async () => (await deliveries()).every(({ status }: { status: string }) => status === 'delivered'));
    const listed = { id: delivered.id, type: 'message.delivered', attempts: 1, responseStatus: 204, error: null, dueAt: null };
    expect((await deliveries())[0]).toMatchObject(listed);

    // A test, and one more time: the same id, so that the receiver knows it.
    const test = await system.request('POST', `${place}/test`, { as });
    expect(test).toMatchObject({ status: 202, body: { type: 'webhook.test', status: 'pending' } });
    await receiver.wait('/all', ({ event, id }) => event.type === 'webhook.test' && id === test.body.id);
    const again = await system.request('POST', `${place}/deliveries/${delivered.id}/redeliver`, { as });
    expect(again).toMatchObject({ status: 202, body: { id: delivered.id, status: 'pending' } });
    await eventually(() => receiver.received.filter(({ id }) => id === delivered.id).length === 2);

    // Both secrets are good while one takes the place of the other.
    const rotated = await system.request('POST', `${place}/rotate-secret`, { as });
    expect(rotated.body.secret).not.toBe(secret);
    await system.request('POST', `${place}/test`, { as });
    const both = await receiver.wait('/all', ({ event, id }) => event.type === 'webhook.test' && id !== test.body.id);
    expect([isSignedBy(secret, both), isSignedBy(rotated.body.secret, both)]).toEqual([true, true]);
    expect((await system.request('GET', place, { as })).body).not.toHaveProperty('secret');
    const audited = await sql<{ action: string; details: string }>(
      system.databaseUrl,
      `select action, details::text as details from audit_event where workspace_id = $1 and action like 'webhook.%' order by id`,
      [as.id],
    );
    expect(audited.map(({ action }) => action)).toEqual([
      'webhook.created',
      'webhook.tested',
      'webhook.redelivered',
      'webhook.secret_rotated',
      'webhook.tested',
    ]);
    expect(audited.map(({ details }) => details).join()).not.toMatch(/whsec_/);
    expect(await system.request('GET', place, { as: system.workspaces.find(({ id }) => id !== as.id) ?? null })).toMatchObject({
      status: 404,
    });
    expect(await system.request('DELETE', place, { as })).toMatchObject({ status: 204 });
    expect(await system.request('GET', `${place}/deliveries`, { as })).toMatchObject({ status: 404 });
  }, 90_000);

  it.concurrent('hears what people write, and of their consent', async () => {
    const { as } = await endpointOf('/inbound', ['message.received', 'consent.changed']);
    await receive(system, { from: '+14155551702', body: 'Stop', as });
    const { event } = await receiver.wait('/inbound', (one) => one.event.type === 'message.received', withinMs);
    expect(event.data).toMatchObject({
      from: '+14155551702',
      to: as.senders[0],
      body: 'Stop',
      direction: 'inbound',
      consent: { meaning: 'stop', stopped: 0 },
    });
    const consent = await receiver.wait('/inbound', (one) => one.event.type === 'consent.changed');
    expect(consent.event.data).toMatchObject({ phoneNumber: '+14155551702', meaning: 'stop', topic: 'all', source: 'message' });
    await system.request('DELETE', '/v1/suppressions/+14155551702', { as });
    const given = await receiver.wait('/inbound', ({ event: { data } }) => data.meaning === 'start');
    expect(given.event.data).toMatchObject({ source: 'api', lifted: ['all'] });
  }, 90_000);

  it.concurrent('that fails is tried again until it takes what it is sent, under the same id', async () => {
    const { as, deliveries, get } = await endpointOf('/flaky', ['message.delivered']);
    receiver.answer('/flaky', { status: 500 }, { status: 503, bytes: 200_000 }, { status: 200, bytes: 200_000 });
    await system.send({ to: anybody(), body: 'flaky' }, undefined, as);
    await eventually(async () => (await deliveries())[0]?.status === 'delivered', withinMs);
    const tries = receiver.received.filter(({ path }) => path === '/flaky');
    expect([tries.length, new Set(tries.map(({ id }) => id)).size]).toEqual([3, 1]);
    expect((await deliveries())[0]).toMatchObject({ attempts: 3, responseStatus: 200 });
    expect(await get()).toMatchObject({ enabled: true, failingSince: null });
  }, 90_000);

  it.concurrent('that answers 410 is disabled at once, people are told, and it goes on where it stopped when it is enabled', async () => {
    const { as, place, id, get } = await endpointOf('/gone', ['message.delivered']);
    receiver.answer('/gone', { status: 410 });
    const socket = await system.socket(as);
    const heard: unknown[] = [];
    socket.on('notification:changed', (event) => heard.push(event));
    await socket.emitWithAck('notifications:open', {});
    const first = await system.send({ to: anybody(), body: 'gone' }, undefined, as);
    const endpoint = await eventually(async () => {
      const now = await get();
      return !now.enabled && now;
    }, withinMs);
    expect(endpoint.disabledReason).toMatch(/410/);
    const { body } = await system.request('GET', '/v1/notifications?state=unread', { as });
    expect(body.data).toMatchObject([{ kind: 'webhook.disabled', subject: id, count: 1, severity: 'error' }]);
    await eventually(() => heard.length > 0);
    expect(await system.request('POST', `${place}/test`, { as })).toMatchObject({
      status: 409,
      body: { code: 'webhook_endpoint_disabled' },
    });

    const second = await system.send({ to: anybody(), body: 'missed' }, undefined, as);
    await system.message(second.body.id, ['delivered'], { as, withinMs });
    expect(receiver.received.filter(({ path }) => path === '/gone')).toHaveLength(1);
    receiver.answer('/gone', { status: 204 });
    await system.request('PATCH', place, { as, body: { enabled: true } });
    for (const { body: message } of [first, second])
      await receiver.wait('/gone', ({ event }) => event.data.messageId === message.id && receiver.received.length > 0, withinMs);
  }, 90_000);

  it.concurrent('that fails for long is disabled; what it missed can be skipped', async () => {
    const { as, place, get, deliveries, id } = await endpointOf('/dead', ['message.delivered']);
    receiver.answer('/dead', { status: 500 });
    const { body: message } = await system.send({ to: anybody(), body: 'dead' }, undefined, as);
    await eventually(async () => (await get()).failingSince, withinMs);
    // Its five days are over.
    await sql(system.databaseUrl, `update webhook_endpoint set failing_since = failing_since - interval '1 minute' where id = $1`, [id]);
    await system.message(message.id, ['delivered'], { as, withinMs });
    await system.send({ to: anybody(), body: 'dead as well' }, undefined, as);
    await eventually(async () => !(await get()).enabled, withinMs);
    expect(await get()).toMatchObject({ enabled: false, disabledReason: expect.stringMatching(/^every attempt has failed since .*500/) });
    const { body } = await system.request('GET', '/v1/notifications', { as });
    expect(body.data.map(({ kind }: { kind: string }) => kind)).toContain('webhook.disabled');
    receiver.answer('/dead', { status: 204 });
    const before = receiver.received.filter(({ path }) => path === '/dead').length;
    await system.request('PATCH', place, { as, body: { enabled: true, missed: 'skip' } });
    const test = await system.request('POST', `${place}/test`, { as });
    await receiver.wait('/dead', (webhook) => webhook.id === test.body.id);
    expect(receiver.received.filter(({ path }) => path === '/dead')).toHaveLength(before + 1);
    expect((await deliveries()).some(({ status }: { status: string }) => status === 'skipped')).toBe(true);
  }, 90_000);

  it.concurrent('that redirects is not followed', async () => {
    const { as, deliveries } = await endpointOf('/moved', ['message.delivered']);
    receiver.answer('/moved', { status: 302, headers: { location: receiver.url('/inside') } });
    await system.send({ to: anybody(), body: 'moved' }, undefined, as);
    const given = await eventually(async () => {
      const [one] = await deliveries();
      return one?.status === 'failed' && one;
    }, withinMs);
    expect(given).toMatchObject({ attempts: 3, responseStatus: 302, error: expect.stringMatching(/redirects are not followed/) });
    expect(receiver.received.filter(({ path }) => path === '/inside')).toEqual([]);
    const { body } = await system.request('GET', '/v1/notifications', { as });
    expect(body.data).toMatchObject([{ kind: 'webhook.given_up', count: 1 }]);
  }, 90_000);

  it.concurrent('that never answers holds up nobody but itself', async () => {
    const slow = await endpointOf('/slow', ['message.delivered']);
    const quick = await endpointOf('/quick', ['message.delivered']);
    receiver.answer('/slow', null);
    await system.send({ to: anybody(), body: 'slow' }, undefined, slow.as);
    await receiver.wait('/slow', undefined, withinMs);
    await system.send({ to: anybody(), body: 'quick' }, undefined, quick.as);
    await receiver.wait('/quick', undefined, 12_000);
    expect((await slow.deliveries())[0]).toMatchObject({ status: 'pending', attempts: 0 });
  }, 90_000);
});

describe('a storm of 300 failures', () => {
  it.concurrent('is one notification with its count, told once, shown to operators until it is read', async () => {
    const { as } = await endpointOf('/storm', ['notification.created']);
    const limits = { ratePerSecond: 1_000, burst: 1_000 };
    await system.request('PATCH', '/v1/workspace/limits', { as, body: limits });
    await system.control('POST', '/rules', { match: { bodyIncludes: 'storm' }, action: { error: { code: 30_007 } } });
    await Promise.all(Array.from({ length: 300 }, (_, n) => system.send({ to: anybody(), body: `storm ${n}.` }, undefined, as)));
    const unread = async () => (await system.request('GET', '/v1/notifications?state=unread', { as })).body.data;
    const [storm] = await eventually(async () => {
      const found = await unread();
      return found[0]?.count >= 300 && found;
    }, withinMs);
    expect(storm).toMatchObject({
      kind: 'message.failed',
      subject: '30007',
      count: 300,
      severity: 'error',
      audience: 'workspace',
      readAt: null,
    });
    expect(storm.details).toMatchObject({ class: 'CONTENT', code: '30007', messageId: expect.any(String) });
    expect(await unread()).toHaveLength(1);
    const told = await receiver.wait('/storm');
    expect(told.event).toMatchObject({ type: 'notification.created', data: { id: storm.id, kind: 'message.failed', subject: '30007' } });

    const shown = await operator(system, as, 'notifications');
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/message\.failed +error +workspace +300 /) });
    expect((await operator(system, as, 'webhooks')).out).toMatch(/\/storm +enabled/);
    expect((await operator(system, as, 'read', storm.id)).code).toBe(0);
    expect(await unread()).toEqual([]);
    expect((await operator(system, as, 'notifications')).out).toBe('nothing\n');
    expect(receiver.received.filter(({ path }) => path === '/storm')).toHaveLength(1);
  }, 90_000);
});

describe('a process that is killed between an event and its delivery', () => {
  it('loses none: what it had begun comes again under the same id, and the rest follows', async () => {
    const { as } = await endpointOf('/killed', ['message.delivered']);
    receiver.answer('/killed', null, { status: 204 });
    const first = await system.send({ to: anybody(), body: 'killed 0' }, undefined, as);
    const begun = await receiver.wait('/killed', undefined, withinMs);
    process.kill(system.processes.get('webhooks')?.pid() as number, 'SIGKILL');
    const later = await Promise.all([1, 2, 3].map((n) => system.send({ to: anybody(), body: `killed ${n}` }, undefined, as)));
    const ids = [first, ...later].map(({ body }) => body.id as string);
    const came = () => receiver.received.filter(({ path }) => path === '/killed');
    await eventually(
      () => ids.every((id) => came().some(({ event }) => event.data.messageId === id)) && came().length > ids.length,
      withinMs,
    );
    expect(came().filter(({ id }) => id === begun.id)).toHaveLength(2);
    expect(new Set(came().map(({ id }) => id)).size).toBe(ids.length);
  }, 120_000);
});

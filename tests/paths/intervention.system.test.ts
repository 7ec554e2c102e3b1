import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { thatLeft } from '../support/attempts.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 60_000;
/** Refused by the provider for good: the message fails at once. */
const refuse = { error: { code: 30_007 } };

let system: System;
let other: System['workspace'];
let quiet: System['workspace'];

beforeAll(async () => {
  system = await startSystem({
    workspaces: 3,
    env: { RECONCILE_DELAYS_S: '1,2', PROVIDER_HOLD_S: '1', PROVIDER_RESPONSE_TIMEOUT_MS: '1500' },
  });
  [, other, quiet] = system.workspaces as [System['workspace'], System['workspace'], System['workspace']];
}, 60_000);
afterAll(() => system.stop(), 60_000);

const rule = (bodyIncludes: string, action: object, times?: number) =>
  system.control('POST', '/rules', { match: { bodyIncludes }, action, ...(times && { times }) });
const act = (id: string, what: string, body: object = {}, headers: Record<string, string> = {}, as = system.workspace) =>
  system.request('POST', `/v1/messages/${id}/${what}`, { body, headers, as });
const traceOf = async (id: string, as = system.workspace) => (await system.request('GET', `/v1/messages/${id}/trace`, { as })).body;
const actorOf = ({ apiKey }: System['workspace']) => `api key ${apiKey.split('_')[2]}`;

/** A message that ended in one of these states. */
async function ended(body: string, statuses: string[], action: object, times?: number, fields: object = {}): Promise<any> {
  await rule(body, action, times);
  const sent = await system.send({ to: anybody(), body, ...fields });
  return system.message(sent.body.id, statuses, { withinMs });
}

async function idsInFailed(as = system.workspace): Promise<string[]> {
  const { body } = await system.request('GET', '/v1/queues/failed?limit=100', { as });
  return body.data.map(({ id }: { id: string }) => id);
}

describe('a parked message', () => {
  it.concurrent('is retried, once somebody has confirmed that it may have been sent, and delivered once', async () => {
    const { id } = await ended('parked and retried', ['parked'], { http500: 'before' }, 1);
    expect(await idsInFailed()).toContain(id);

    const unconfirmed = await act(id, 'retry', { reason: 'the customer waits' });
    expect(unconfirmed).toMatchObject({ status: 409, body: { code: 'confirmation_required' } });
    expect(unconfirmed.body.detail).toMatch(
      /attempt \d+ may have arrived: none of the provider's list can be said to be it.*"may-have-been-sent"/s,
    );
    const { attempt } = await system.message(id, ['parked']);

    const retried = await act(id, 'retry', { confirm: 'may-have-been-sent', reason: 'the customer waits' });
    expect(retried).toMatchObject({ status: 200, body: { outcome: 'queued' } });
    await system.message(id, ['delivered'], { withinMs });
    expect(await system.ledger('parked and retried')).toHaveLength(1);
    expect(await idsInFailed()).not.toContain(id);

    const { attempts, interventions } = await traceOf(id);
    expect(thatLeft<any>(attempts).map(({ status }) => status)).toEqual(['abandoned', 'delivered']);
    expect(interventions).toEqual([
      {
        at: expect.any(String),
        actor: actorOf(system.workspace),
        action: 'message.retried',
        details: {
          reason: 'the customer waits',
          before: { status: 'parked', generation: 1, attempt, error: 'outcome_unknown' },
          after: { status: 'queued', generation: 2, attempt, error: 'outcome_unknown' },
        },
      },
    ]);
  }, 120_000);

  it.concurrent('that had reached the provider all the same is found there when it is retried, and not sent again', async () => {
    const late = { http500: 'after', listLagMs: 15_000, callbacks: { drop: 1 } };
    const { id } = await ended('taken all the same', ['parked'], late, 1);
    const adopted = await eventually(async () => {
      const answer = await act(id, 'retry');
      if (answer.status === 409) expect(answer.body.code).toBe('confirmation_required');
      return answer.status === 200 && answer;
    }, withinMs);
    const [entry] = await system.ledger('taken all the same');
    expect(adopted.body).toMatchObject({ outcome: 'adopted', status: 'delivered', providerMessageId: entry?.sid });
    expect(await system.ledger('taken all the same')).toHaveLength(1);
    const { interventions, attempts } = await traceOf(id);
    expect(interventions).toMatchObject([{ action: 'message.adopted', details: { before: { status: 'parked' } } }]);
    expect(thatLeft(attempts)).toMatchObject([{ evidence: `the provider has it, asked before a retry by ${actorOf(system.workspace)}` }]);
  }, 120_000);
});

describe('a message that failed', () => {
  it.concurrent('waits in the failed queue with its reason and age, and is sent again in its own time', async () => {
    const failed = await ended('failed and mended', ['failed'], refuse, 1, { validitySeconds: 60 });
    const { body } = await system.request('GET', '/v1/queues/failed?limit=100');
    const listed = body.data.find(({ id }: { id: string }) => id === failed.id);
    expect(listed).toMatchObject({ status: 'failed', lane: 'normal', error: { code: '30007' }, ageS: expect.any(Number) });
    expect(listed.reason).toBe(failed.error.message);

    expect(await act(failed.id, 'retry')).toMatchObject({ status: 200, body: { outcome: 'queued' } });
    const delivered = await system.message(failed.id, ['delivered'], { withinMs });
    expect(Date.parse(delivered.validUntil)).toBeGreaterThan(Date.parse(failed.validUntil));
    expect(await system.ledger('failed and mended')).toHaveLength(1);
  }, 120_000);

  it.concurrent('is retried once for each Idempotency-Key, whatever is repeated', async () => {
    const { id } = await ended('fails every time', ['failed'], refuse);
    const key = { 'idempotency-key': randomUUID() };
    expect(await act(id, 'retry', {}, key)).toMatchObject({ status: 200, body: { outcome: 'queued' } });
    await eventually(async () => (await traceOf(id)).attempts.length === 2 && (await system.message(id, ['failed'])), withinMs);
    expect(await act(id, 'retry', {}, key)).toMatchObject({ status: 200, body: { outcome: 'repeated', status: 'failed' } });
    expect(await act(id, 'dismiss', {}, key)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    const { attempts, interventions } = await traceOf(id);
    expect([attempts.length, interventions.length]).toEqual([2, 1]);
  }, 120_000);

  it.concurrent('leaves the failed queue when somebody dismisses it, and stays as it is', async () => {
    const { id } = await ended('not worth it', ['failed'], refuse);
    expect(await act(id, 'dismiss', { reason: 'a typo' })).toMatchObject({ status: 200, body: { status: 'failed' } });
    expect(await act(id, 'dismiss')).toMatchObject({ status: 200 });
    expect(await idsInFailed()).not.toContain(id);
    expect((await traceOf(id)).interventions).toMatchObject([{ action: 'message.dismissed', details: { reason: 'a typo' } }]);
  }, 120_000);
});

describe('a message that waits', () => {
  it.concurrent('is put aside by hand, and leaves when it is retried', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await system.send({ to: anybody(), body: 'put aside', sendAt: inAnHour });
    await system.message(body.id, ['scheduled']);
    expect(await act(body.id, 'park', { reason: 'wait for legal' })).toMatchObject({ status: 200, body: { status: 'parked' } });
    expect(await act(body.id, 'park')).toMatchObject({ status: 200, body: { status: 'parked' } });
    expect(await idsInFailed()).toContain(body.id);
    expect(await act(body.id, 'retry')).toMatchObject({ status: 200, body: { outcome: 'queued' } });
    await system.message(body.id, ['delivered'], { withinMs: 240_000 });
    const { interventions } = await traceOf(body.id);
    expect(interventions.map(({ action }: { action: string }) => action)).toEqual(['message.parked', 'message.retried']);
  }, 300_000);

  it.concurrent('is canceled, with who did it and why', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await system.send({ to: anybody(), body: 'taken back', sendAt: inAnHour });
    await system.message(body.id, ['scheduled']);
    expect(await act(body.id, 'cancel', { reason: 'changed my mind' })).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect((await traceOf(body.id)).interventions).toMatchObject([
      {
        actor: actorOf(system.workspace),
        action: 'message.canceled',
        details: { reason: 'changed my mind', after: { status: 'canceled' } },
      },
    ]);
  }, 120_000);
});

describe('what makes no sense is refused, and says what to do', () => {
  it('a retry of a message that was delivered', async () => {
    const { body } = await system.send({ to: anybody(), body: 'arrived' });
    await system.message(body.id, ['delivered'], { withinMs });
    const refused = await act(body.id, 'retry', { confirm: 'may-have-been-sent' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'not_possible_now', messageStatus: 'delivered' } });
    expect(refused.body.detail).toMatch(/it has arrived: .* send a new message under a new Idempotency-Key/);
    expect(await act(body.id, 'park')).toMatchObject({ status: 409, body: { code: 'not_possible_now' } });
    expect(await act(body.id, 'resolve', { providerMessageId: `SM${'0'.repeat(32)}` })).toMatchObject({ status: 409 });
    expect(await system.ledger('arrived')).toHaveLength(1);

    const said = await operator(system, system.workspace, 'retry', body.id);
    expect(said).toMatchObject({ code: 1, out: '' });
    expect(said.err).toMatch(/This can not be done.*\(not_possible_now\)\n.*send a new message/);
  }, 120_000);

  it('an id that nobody has, and one of another workspace', async () => {
    const { body } = await system.send({ to: anybody(), body: 'of the first workspace' });
    await system.message(body.id, ['delivered'], { withinMs });
    for (const what of ['retry', 'park', 'cancel', 'dismiss', 'resolve']) {
      const details = what === 'resolve' ? { providerMessageId: 'SM1' } : {};
      for (const answer of [
        await act(body.id, what, details, {}, other),
        await act(randomUUID(), what, details),
        await act('x', what, details),
      ])
        expect([what, answer.status, answer.body.code]).toEqual([what, 404, 'not_found']);
    }
    expect(await system.request('GET', '/v1/queues/lost')).toMatchObject({ status: 404 });
    expect((await traceOf(body.id)).interventions).toEqual([]);
  }, 120_000);

  it('words that do not belong there', async () => {
    expect(await act(randomUUID(), 'retry', { confirm: 'yes' })).toMatchObject({ status: 422, body: { errors: [{ field: 'confirm' }] } });
    expect(await act(randomUUID(), 'resolve', {})).toMatchObject({ status: 422, body: { errors: [{ field: 'providerMessageId' }] } });
    expect(await operator(system, system.workspace, 'resolve', 'x')).toMatchObject({ code: 2, out: '' });
    expect(await operator({ url: 'http://127.0.0.1:1' }, system.workspace, 'queues')).toMatchObject({ code: 1 });
    expect(await operator(system, { apiKey: '' }, 'queues')).toMatchObject({ code: 2 });
  });
});

describe('the queues of a workspace', () => {
  it('are counted by lane and state, tell those who watch that they change, and show nobody else', async () => {
    const socket = await system.socket(quiet);
    let changes = 0;
    socket.on('queues:changed', () => {
      changes += 1;
    });
    expect(await socket.emitWithAck('queues:open', {})).toEqual({ ok: true });
    let heardElsewhere = 0;
    const stranger = await system.socket(other);
    stranger.on('queues:changed', () => {
      heardElsewhere += 1;
    });
    expect(await stranger.emitWithAck('queues:open', {})).toEqual({ ok: true });
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    for (const priority of ['bulk', 'bulk', 'high'])
      await system.send({ to: anybody(), body: 'for later', priority, sendAt: inAnHour }, undefined, quiet);
    await rule('no receipt', { callbacks: { statuses: [{ status: 'sent', delayMs: 20 }] } });
    const sent = await system.send({ to: anybody(), body: 'no receipt' }, undefined, quiet);
    await system.message(sent.body.id, ['sent'], { withinMs, as: quiet });

    const { queues } = await eventually(async () => {
      const { body } = await system.request('GET', '/v1/queues', { as: quiet });
      return body.queues.outbound.count === 3 && body.queues.processing.count === 1 && body;
    });
    expect(queues.outbound).toMatchObject({ oldestAgeS: null });
    expect(queues.outbound.states.map(({ lane, status, count }: any) => `${count} ${lane} ${status}`).sort()).toEqual([
      '1 high scheduled',
      '2 bulk scheduled',
    ]);
    expect(queues.processing).toMatchObject({ oldestAgeS: expect.any(Number), states: [{ lane: 'normal', status: 'sent', count: 1 }] });
    expect(queues).toMatchObject({ failed: { count: 0 }, inbound: { count: 0 } });
    const { body: page } = await system.request('GET', '/v1/queues/outbound?limit=2', { as: quiet });
    const { body: rest } = await system.request('GET', `/v1/queues/outbound?limit=2&cursor=${page.nextCursor}`, { as: quiet });
    expect([page.data.length, rest.data.length, rest.nextCursor]).toEqual([2, 1, null]);
    expect(new Set([...page.data, ...rest.data].map(({ id }: { id: string }) => id)).size).toBe(3);
    expect(page.data[0]).toMatchObject({ status: 'scheduled', reason: 'waits for its time', sendAt: expect.any(String) });
    await eventually(() => changes > 0);

    const failed = await ended('seen by nobody else', ['failed'], refuse);
    expect((await system.request('GET', '/v1/queues', { as: quiet })).body.queues.failed.count).toBe(0);
    expect(await idsInFailed(quiet)).not.toContain(failed.id);
    expect(heardElsewhere).toBe(0);
  }, 120_000);

  it('are printed for people, and as one line for programs', async () => {
    const printed = await operator(system, quiet, 'queues');
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toMatch(/^queue +messages +oldest +perMinute\noutbound +\d+ /);
    const { out } = await operator(system, quiet, 'queues', '--json');
    expect(out.trimEnd()).not.toContain('\n');
    expect(JSON.parse(out)).toMatchObject({ queues: { outbound: { count: expect.any(Number) } } });
    const shown = await operator(system, quiet, 'list', 'outbound', '--limit', '1');
    expect(shown.out).toMatch(/scheduled .*waits for its time\nthere are more/s);
  }, 120_000);
});

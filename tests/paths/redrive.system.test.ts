import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 60_000;
const redrive = '/v1/queues/failed/redrive';

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 3, env: { RECONCILE_DELAYS_S: '1,2', PROVIDER_HOLD_S: '1' } });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const post = (as: System['workspace'], body: object, headers: Record<string, string> = {}) =>
  system.request('POST', redrive, { body, headers, as });

/** So many messages of a workspace that failed, for a cause that is mended now. */
async function failedMessages(as: System['workspace'], name: string, count: number): Promise<string[]> {
  await system.control('POST', '/rules', { match: { bodyIncludes: name }, action: { error: { code: 30_007 } }, times: count });
  const sent = await Promise.all(
    Array.from({ length: count }, (_, n) => system.send({ to: anybody(), body: `${name} ${n}.` }, undefined, as)),
  );
  await Promise.all(sent.map(({ body }) => system.message(body.id, ['failed'], { withinMs, as })));
  return sent.map(({ body }) => body.id);
}

function finished(id: string, as: System['workspace'], state = 'done'): Promise<any> {
  return eventually(async () => {
    const { body } = await system.request('GET', `${redrive}/${id}`, { as });
    return body.state === state && body;
  }, withinMs);
}

describe('a redrive', () => {
  it.concurrent('of 30 messages can be counted before, sends each once, and keeps its rate', async () => {
    const [as] = system.workspaces as [System['workspace']];
    const ids = await failedMessages(as, 'mended', 30);
    const filter = { status: ['failed'], errorCode: ['30007'], lane: ['normal'] };

    const dry = await post(as, { filter, ratePerSecond: 10, dryRun: true });
    expect(dry).toMatchObject({
      status: 200,
      body: { dryRun: true, matched: 30, byStatus: { failed: 30 }, takesAboutS: 3, mustConfirm: [] },
    });
    expect(await post(as, { filter: { errorCode: ['21211'] }, dryRun: true })).toMatchObject({ body: { matched: 0 } });
    expect(await system.ledger('mended')).toHaveLength(0);

    const all = await post(as, { dryRun: false });
    expect(all).toMatchObject({ status: 409, body: { code: 'confirmation_required' } });
    expect(all.body.detail).toMatch(/everything in the failed queue, 30 messages now/);
    const unknown = await post(as, { filter: { from: '+14155550199' } });
    expect(unknown).toMatchObject({ status: 422, body: { errors: [{ field: 'filter.from' }] } });

    const key = { 'idempotency-key': randomUUID() };
    const askedAt = Date.now();
    const started = await post(as, { filter, ratePerSecond: 10, reason: 'the filter is mended' }, key);
    expect(started).toMatchObject({ status: 202, body: { matched: 30, ratePerSecond: 10 } });
    expect((await post(as, { filter, ratePerSecond: 10 }, key)).body.id).toBe(started.body.id);
    expect(await finished(started.body.id, as)).toMatchObject({
      matched: 30,
      looked: 30,
      retried: 30,
      adopted: 0,
      unconfirmed: 0,
      left: 0,
    });

    const times: number[] = [];
    for (const id of ids) {
      await system.message(id, ['delivered'], { withinMs, as });
      const { body } = await system.request('GET', `/v1/messages/${id}/trace`, { as });
      expect(body.interventions).toMatchObject([
        { action: 'message.retried', details: { reason: 'the filter is mended', redriveId: started.body.id } },
      ]);
      times.push(Date.parse(body.interventions[0].at));
    }
    // 29 waits of a tenth of a second lie between the first and the last, however slow the machine is.
    expect(Math.max(...times) - askedAt).toBeGreaterThanOrEqual(2_900);
    const bodies = (await system.ledger('mended')).map(({ body }) => body);
    expect([bodies.length, new Set(bodies).size]).toEqual([30, 30]);
    expect(await system.request('GET', `${redrive}/${started.body.id}`, { as: system.workspaces[1] ?? null })).toMatchObject({
      status: 404,
    });
    expect(await system.request('GET', `${redrive}/${randomUUID()}`, { as })).toMatchObject({ status: 404 });
  }, 180_000);

  it.concurrent('is stopped, and leaves the rest where it was', async () => {
    const as = system.workspaces[1] as System['workspace'];
    await failedMessages(as, 'stopped', 9);
    const { body } = await post(as, { confirm: 'everything', ratePerSecond: 1 });
    const said = await operator(system, as, 'stop', body.id, '--json');
    expect(said).toMatchObject({ code: 0 });
    const { retried } = await finished(body.id, as, 'canceled');
    expect(retried).toBeLessThanOrEqual(5);
    const { body: queues } = await system.request('GET', '/v1/queues/failed', { as });
    expect(queues.data).toHaveLength(9 - retried);
  }, 120_000);

  it.concurrent('leaves what may have been sent, until that is confirmed', async () => {
    const as = system.workspaces[2] as System['workspace'];
    await system.control('POST', '/rules', { match: { bodyIncludes: 'doubtful' }, action: { http500: 'before' }, times: 1 });
    const sent = await system.send({ to: anybody(), body: 'doubtful' }, undefined, as);
    await system.message(sent.body.id, ['parked'], { withinMs, as });
    const careful = await post(as, { filter: { status: ['parked'] } });
    expect(await finished(careful.body.id, as)).toMatchObject({ looked: 1, unconfirmed: 1, retried: 0 });
    await system.message(sent.body.id, ['parked'], { as });
    const { body: told } = await system.request('GET', '/v1/notifications', { as });
    expect(told.data).toMatchObject([
      { kind: 'redrive.incomplete', subject: careful.body.id, count: 1 },
      { kind: 'message.parked', subject: 'outcome_unknown', audience: 'operator', count: 1 },
      { kind: 'message.uncertain', count: 1 },
    ]);

    const said = await operator(system, as, 'redrive', '--status', 'parked', '--confirm', 'may-have-been-sent', '--json');
    expect(said).toMatchObject({ code: 0 });
    expect(await finished(JSON.parse(said.out).id, as)).toMatchObject({ looked: 1, retried: 1 });
    await system.message(sent.body.id, ['delivered'], { withinMs, as });
    expect(await system.ledger('doubtful')).toHaveLength(1);
  }, 120_000);
});

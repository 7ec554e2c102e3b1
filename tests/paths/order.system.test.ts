import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const to = '+12125550151';
const count = 120;

let system: System;

// Two processes that send: neither knows what the other is about to do.
beforeAll(async () => {
  system = await startSystem({
    processes: [
      { name: 'front', roles: 'server,messages,sends' },
      { name: 'second', roles: 'messages,sends' },
      { name: 'back', roles: 'limiter,maintenance' },
    ],
  });
}, 90_000);
afterAll(() => system.stop(), 60_000);

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** Bodies as the provider took them, in the order in which it did. */
async function departures(prefix: string): Promise<string[]> {
  const entries = await system.ledger(prefix);
  return entries.sort((a, b) => a.acceptedAtMs - b.acceptedAtMs).map(({ body }) => body);
}

describe('the messages to one contact', () => {
  it('leave in the order in which they were accepted, beyond the burst and over two processes, though one is refused at first', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'line 40.' }, action: { rateLimited: { retryAfterS: 2 } }, times: 1 });
    const bodies = Array.from({ length: count }, (_, index) => `line ${index}.`);
    const canceled = new Set<string>();
    for (const [index, body] of bodies.entries()) {
      const { body: message } = await system.send({ to, body });
      if (index % 25 !== 24) continue;
      const answer = await system.request('POST', `/v1/messages/${message.id}/cancel`);
      if (answer.status === 200) canceled.add(body);
    }
    const expected = bodies.filter((body) => !canceled.has(body));
    await eventually(async () => (await system.ledger('line ')).length >= expected.length, 90_000, 500);
    expect(await departures('line ')).toEqual(expected);
  }, 120_000);

  it('do not wait for one that is scheduled, nor for one in doubt', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'in doubt' }, action: { http500: 'before' } });
    const doubtful = await system.send({ to, body: 'in doubt' });
    await system.message(doubtful.body.id, ['uncertain'], { withinMs: 20_000 });
    const scheduled = await system.send({ to, body: 'later', sendAt: inMs(60_000) });
    const next = await system.send({ to, body: 'at once' });
    await system.message(next.body.id, ['delivered']);
    expect((await system.message(scheduled.body.id, ['scheduled'])).status).toBe('scheduled');
  }, 40_000);

  it('do not wait for another contact, nor for another lane', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'held up' }, action: { rateLimited: { retryAfterS: 30 } } });
    await system.send({ to, body: 'held up', priority: 'bulk' });
    const behind = await system.send({ to, body: 'behind it', priority: 'bulk' });
    const urgent = await system.send({ to, body: 'urgent', priority: 'high' });
    const other = await system.send({ to: '+12125550152', body: 'somebody else', priority: 'bulk' });
    await system.message(urgent.body.id, ['delivered']);
    await system.message(other.body.id, ['delivered']);
    const { body: trace } = await system.request('GET', `/v1/messages/${behind.body.id}/trace`);
    expect(trace.message.status).toBe('queued');
    expect(await system.ledger('behind it')).toEqual([]);
  }, 40_000);

  it('do not wait for one that can not leave longer than that one is of use', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'never' }, action: { rateLimited: { retryAfterS: 60 } } });
    const number = '+12125550153';
    const stuck = await system.send({ to: number, body: 'never', validitySeconds: 5 });
    await eventually(async () => (await system.request('GET', `/v1/messages/${stuck.body.id}`)).body.attempt === 1);
    const next = await system.send({ to: number, body: 'goes on' });
    await system.message(next.body.id, ['delivered'], { withinMs: 20_000 });
    await system.message(stuck.body.id, ['expired'], { withinMs: 10_000 });
  }, 40_000);
});

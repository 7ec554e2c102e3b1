import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const to = '+12125550151';
const count = 120;

let system: System;
let client: Client;

// Two processes that send: neither knows what the other is about to do.
beforeAll(async () => {
  system = await startSystem({
    processes: [
      { name: 'front', roles: 'server,messages,sends' },
      { name: 'second', roles: 'messages,sends' },
      { name: 'back', roles: 'limiter,maintenance' },
    ],
  });
  client = system.temporal;
  // A refusal for its rate delays the message alone.
  await system.request('PATCH', '/v1/workspace/limits', { body: { cooldownMs: 0 } });
}, 90_000);
afterAll(() => system.stop(), 60_000);

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** A message that is queued, is of use for so long, and that nobody takes care of: its workflow sleeps. */
async function getsStuck(message: object, usefulS: number): Promise<string> {
  const { body } = await system.send({ ...message, sendAt: inMs(600_000) });
  const queue = `update message set status = 'queued', valid_until = now() + $2 * interval '1 second' where id = $1 returning id`;
  await eventually(async () => (await sql(system.databaseUrl, queue, [body.id, usefulS])).length > 0);
  return body.id;
}

const runOf = (id: string) => client.workflow.getHandle(`msg/${system.workspace.id}/${id}`);

/** Bodies as the provider took them, in the order in which it did. */
async function departures(prefix: string): Promise<string[]> {
  const entries = await system.ledger(prefix);
  return entries.sort((a, b) => a.acceptedAtMs - b.acceptedAtMs).map(({ body }) => body);
}

describe('the messages to one contact', () => {
  it('leave in the order in which they were accepted, beyond the burst and over two processes, though one is refused at first', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'line 40.' }, action: { rateLimited: {} }, times: 1 });
    const bodies = Array.from({ length: count }, (_, index) => `line ${index}.`);
    const canceled = new Set<string>();
    for (const [index, body] of bodies.entries()) {
      const { body: message } = await system.send({ to, body });
      if (index % 25 !== 24) continue;
      const answer = await system.request('POST', `/v1/messages/${message.id}/cancel`);
      if (answer.status === 200) canceled.add(body);
    }
    const expected = bodies.filter((body) => !canceled.has(body));
    await eventually(async () => (await system.ledger('line ')).length >= expected.length, 180_000, 500);
    expect(await departures('line ')).toEqual(expected);
  }, 240_000);

  it.concurrent.each<[string, (first: string) => Promise<unknown>]>([
    ['has left', (first) => runOf(first).signal('cancelRequested')],
    ['was canceled', (first) => system.request('POST', `/v1/messages/${first}/cancel`)],
  ])(
    'wake when the one before them %s, however long they sleep by then',
    async (what, lets) => {
      const number = what === 'has left' ? '+12125550154' : '+12125550155';
      // Its run reads its row when it is told that it was canceled, and finds it queued.
      const first = await getsStuck({ to: number, body: 'first' }, 120);
      const { body: next } = await system.send({ to: number, body: 'next' });
      const sleepsLong = async () => {
        const { body: trace } = await system.request('GET', `/v1/messages/${next.id}/trace`);
        const { waitingFor, waitingUntil } = trace.workflow?.state ?? {};
        return waitingFor === 'earlier' && Date.parse(waitingUntil) > Date.now() + 3_000;
      };
      await eventually(sleepsLong, 60_000);
      await lets(first);
      await system.message(next.id, ['delivered'], { withinMs: 20_000 });
      const { events } = await runOf(next.id).fetchHistory();
      const called = events?.findIndex((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'called') ?? -1;
      expect(called).toBeGreaterThan(0);
      // The sleep was cut short.
      expect(events?.slice(called).some((event) => event.timerCanceledEventAttributes)).toBe(true);
    },
    90_000,
  );

  it.concurrent('do not wait for one that is scheduled, nor for one in doubt', async () => {
    const number = '+12125550156';
    await system.control('POST', '/rules', { match: { bodyIncludes: 'in doubt' }, action: { http500: 'before' } });
    const doubtful = await system.send({ to: number, body: 'in doubt' });
    await system.message(doubtful.body.id, ['uncertain'], { withinMs: 20_000 });
    const scheduled = await system.send({ to: number, body: 'later', sendAt: inMs(60_000) });
    const next = await system.send({ to: number, body: 'at once' });
    await system.message(next.body.id, ['delivered']);
    expect((await system.message(scheduled.body.id, ['scheduled'])).status).toBe('scheduled');
  }, 40_000);

  it.concurrent('do not wait for another contact, nor for another lane', async () => {
    const number = '+12125550157';
    await getsStuck({ to: number, body: 'held up', priority: 'bulk' }, 10);
    const behind = await system.send({ to: number, body: 'behind it', priority: 'bulk' });
    const urgent = await system.send({ to: number, body: 'urgent', priority: 'high' });
    const other = await system.send({ to: '+12125550152', body: 'somebody else', priority: 'bulk' });
    await system.message(urgent.body.id, ['delivered']);
    await system.message(other.body.id, ['delivered']);
    const { body: trace } = await system.request('GET', `/v1/messages/${behind.body.id}/trace`);
    expect(trace.message.status).toBe('queued');
    expect(await system.ledger('behind it')).toEqual([]);
    await system.message(behind.body.id, ['delivered'], { withinMs: 20_000 });
  }, 40_000);

  it.concurrent('do not wait for one that can not leave longer than that one is of use', async () => {
    const number = '+12125550153';
    await getsStuck({ to: number, body: 'never', validitySeconds: 60 }, 5);
    const next = await system.send({ to: number, body: 'goes on' });
    expect(await system.ledger('goes on')).toEqual([]);
    await system.message(next.body.id, ['delivered'], { withinMs: 20_000 });
  }, 40_000);
});

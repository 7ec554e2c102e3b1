import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { eventually, patience } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const raisedTo = 10;
/** At one a second the last of so many would leave after as many seconds. */
const waiting = 60;

let system: System;
let client: Client;

beforeAll(async () => {
  system = await startSystem({ workspaces: 4 });
  client = system.temporal;
}, 90_000);
afterAll(() => system.stop(), 60_000);

const patch = (as: DemoWorkspace, body: object) => system.request('PATCH', '/v1/workspace/limits', { body, as });
const timesOf = async (name: string) =>
  (await system.ledger(name)).map(({ requestReceivedAtMs }) => requestReceivedAtMs).sort((a, b) => a - b);
const sendAll = (as: DemoWorkspace, name: string, count: number, fields: object) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      system.send({ to: `+1212555${String(4_000 + index)}`, body: `${name} ${index}.`, ...fields }, undefined, as),
    ),
  );

/** When the raise was, and when the messages left after it. */
async function raiseWhileWaiting(
  as: DemoWorkspace,
  name: string,
  { before, fields, raise }: { before: object; fields: object; raise: () => Promise<unknown> },
): Promise<number[]> {
  await patch(as, before);
  const sent = await sendAll(as, name, waiting, fields);
  expect(sent.every(({ status }) => status === 202)).toBe(true);
  const isQueued = async () => {
    const { body } = await system.request('GET', '/v1/queues', { as });
    return body.queues.outbound.count > waiting / 2;
  };
  await eventually(isQueued, 30_000);
  const raisedAtMs = Date.now();
  await raise();
  const left = (await timesOf(name)).length;
  await eventually(async () => (await timesOf(name)).length === waiting, 60_000, 500);
  return (await timesOf(name)).slice(left).map((atMs) => atMs - raisedAtMs);
}

/** In less than half of the time that they would have taken, a second each; at the new rate it is a tenth, and the rest is for a busy machine. */
function expectNewRate(afterMs: number[]): void {
  expect(afterMs.length).toBeGreaterThan(waiting / 3);
  expect(afterMs.at(-1)).toBeLessThan(afterMs.length * 250 * patience);
  // And not above it: burst 1, and slots may be used up to a second late.
  const withinASecond = afterMs.map((start) => afterMs.filter((time) => time >= start && time < start + 1_000).length);
  expect(Math.max(...withinASecond)).toBeLessThanOrEqual(1 + 2 * raisedTo);
}

describe('messages that wait when their limit is raised', () => {
  it.concurrent('leave at the new rate at once, though they were told to come later', async () => {
    const as = system.workspaces[0] as DemoWorkspace;
    const raise = () => patch(as, { ratePerSecond: raisedTo });
    expectNewRate(
      await raiseWhileWaiting(as, 'told later', { before: { ratePerSecond: 1, burst: 1 }, fields: { priority: 'bulk' }, raise }),
    );
  }, 90_000);

  it.concurrent('leave at the new rate at once, though their slots were booked', async () => {
    const as = system.workspaces[1] as DemoWorkspace;
    const raise = () =>
      client.workflow.getHandle(`ratelimiter/${as.id}`).executeUpdate('setLimits', { args: [{ ratePerSecond: raisedTo, reason: 'more' }] });
    expectNewRate(await raiseWhileWaiting(as, 'booked', { before: { ratePerSecond: 1, burst: 1 }, fields: { priority: 'high' }, raise }));
  }, 90_000);

  it.concurrent('leave when a cooldown is lifted, long before its end', async () => {
    const as = system.workspaces[3] as DemoWorkspace;
    await patch(as, { cooldownMs: 600_000, ratePerSecond: 20 });
    await system.control('POST', '/rules', { match: { bodyIncludes: 'cooled 0.' }, action: { rateLimited: {} }, times: 1 });
    const sent = await sendAll(as, 'cooled', 1, {});
    const isCooling = async () => (await system.request('GET', '/v1/workspace', { as })).body.coolingDownUntil;
    await eventually(isCooling);
    sent.push(...(await sendAll(as, 'also cooled', 10, {})));
    await patch(as, { cooldownUntil: null, reason: 'the provider allows more again' });
    expect(await isCooling()).toBeNull();
    for (const { body } of sent) await system.message(body.id, ['delivered'], { withinMs: 30_000, as });
  }, 90_000);

  it.concurrent('leave at the new rate of their sender, and call nobody else', async () => {
    const as = system.workspaces[2] as DemoWorkspace;
    const [slow] = (await system.request('GET', '/v1/workspace/limits', { as })).body.senders;
    const limit = (ratePerSecond: number) => ({ senders: [{ phoneNumber: slow.phoneNumber, ratePerSecond, burst: 1 }] });
    const raise = () => patch(as, limit(raisedTo));
    const before = { ratePerSecond: 40, burst: 1, ...limit(1) };
    expectNewRate(await raiseWhileWaiting(as, 'one sender', { before, fields: { from: slow.phoneNumber }, raise }));
  }, 90_000);
});

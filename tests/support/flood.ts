import { setTimeout as delay } from 'node:timers/promises';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { eventually } from './eventually.js';
import type { LedgerEntry, System } from './system.js';

const atOnce = 16;

const numberOf = (index: number) => `+1212${String(5_560_000 + index)}`;

/** Runs the work for 0, 1, … below `count`, some at once. */
async function forEach(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const workOn = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, workOn));
}

/** Has so many bulk messages accepted, named `flood 0.` and so on, each to a contact of its own; answers their ids. */
export async function acceptFlood(system: System, as: DemoWorkspace, count: number): Promise<string[]> {
  const ids: string[] = [];
  await forEach(count, async (index) => {
    const { status, body } = await system.send({ to: numberOf(index), body: `flood ${index}.`, priority: 'bulk' }, undefined, as);
    if (status !== 202) throw new Error(`flood ${index} was answered ${status}`);
    ids.push(body.id);
  });
  return ids;
}

/** Cancels what has not left yet. */
export async function callOff(system: System, as: DemoWorkspace, ids: string[]): Promise<void> {
  await forEach(ids.length, async (index) => {
    await system.request('POST', `/v1/messages/${ids[index]}/cancel`, { as });
  });
}

export const entryOf = (system: System, body: string): Promise<LedgerEntry> =>
  eventually(async () => (await system.ledger(body))[0], 60_000);

/** Sends one high message into the flood; answers how many bulk messages were requested between its acceptance and its own request. */
export async function bulkBefore(system: System, as: DemoWorkspace, name: string): Promise<number> {
  const { body: accepted } = await system.send({ to: numberOf(9_999), body: name, priority: 'high' }, undefined, as);
  const acceptedAtMs = Date.parse(accepted.createdAt);
  const urgent = await entryOf(system, name);
  const flood = await system.ledger('flood ');
  return flood.filter((entry) => entry.requestReceivedAtMs >= acceptedAtMs && entry.requestReceivedAtMs < urgent.requestReceivedAtMs)
    .length;
}

/**
 * Sends normal messages one after the other, each after so long; answers the milliseconds from the acceptance of each to
 * its request at the provider.
 */
export async function acceptToProviderMs(
  system: System,
  as: DemoWorkspace,
  name: string,
  count: number,
  everyMs: number,
): Promise<number[]> {
  const acceptedAtMs = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const body = `${name} ${index}.`;
    const [answer] = await Promise.all([system.send({ to: numberOf(9_000 + index), body }, undefined, as), delay(everyMs)]);
    acceptedAtMs.set(body, Date.parse(answer.body.createdAt));
  }
  const entries = await eventually(
    async () => {
      const sent = await system.ledger(`${name} `);
      return sent.length >= count && sent;
    },
    60_000,
    250,
  );
  return entries.map(({ body, requestReceivedAtMs }) => requestReceivedAtMs - (acceptedAtMs.get(body) ?? Number.NaN));
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ambiguousPolicies } from '../../domain/message.js';
import { eventually } from '../support/eventually.js';
import { type FirstSend, firstSends, type HeldSystem, startWithSendsHeld } from '../support/startWithSendsHeld.js';
import type { Answer } from '../support/system.js';

const cases = {
  unsent: { at: 'before the request' },
  told: { at: 'after the answer', action: { callbacks: { delayMs: 3_000 } } },
  listed: { at: 'after the answer', action: { callbacks: { drop: 1 } } },
} as const;

const neighboursCount = 20;

interface Run {
  system: HeldSystem<keyof typeof cases>;
  neighbours: Answer[];
}

/** Kills the worker in which all sends are held; another one and its successor go on. */
async function killWhileSending(firstSend: FirstSend): Promise<Run> {
  const system = await startWithSendsHeld(firstSend, cases);
  const neighbours = Array.from({ length: neighboursCount }, (_, index) =>
    system.send({ to: '+12125550130', body: `neighbour ${index}.` }),
  );
  process.kill(system.held, 'SIGKILL');
  system.othersJoin();
  return { system, neighbours: await Promise.all(neighbours) };
}

const runs = new Map<string, Run>();
const runOf = (firstSend: string) => runs.get(firstSend) as Run;

// All at the same time: what takes long is that Temporal waits before it gives a message to another worker.
beforeAll(async () => {
  await Promise.all(firstSends.map(async (firstSend) => runs.set(firstSend, await killWhileSending(firstSend))));
}, 180_000);
afterAll(() => Promise.all([...runs.values()].map(({ system }) => system.stop())), 60_000);

describe.each(firstSends)('a worker that is killed while it sends (first send: %s)', (firstSend) => {
  it('between the attempt row and the request: the message is parked, and was not sent', async () => {
    const { message, attempts, entries } = await runOf(firstSend).system.see('unsent', 'prefer-no-duplicate', ['parked']);
    expect(message.error.code).toBe('outcome_unknown');
    expect(attempts).toMatchObject([{ attempt: 1, status: 'uncertain', evidence: expect.stringMatching(/parked after/) }]);
    expect(entries).toHaveLength(0);
  }, 120_000);

  it('between the attempt row and the request, where delivery is preferred: the message is sent, once', async () => {
    const { message, entries } = await runOf(firstSend).system.see('unsent', 'prefer-delivery', ['delivered']);
    expect(message.attempt).toBe(2);
    expect(entries).toHaveLength(1);
  }, 120_000);

  it.each(ambiguousPolicies)(
    'between the answer and the stored result: the callback brings the id, nothing is sent twice (%s)',
    async (policy) => {
      const { message, entries } = await runOf(firstSend).system.see('told', policy, ['delivered']);
      expect(entries).toHaveLength(1);
      expect(message).toMatchObject({ attempt: 1, providerMessageId: entries[0]?.sid });
    },
    120_000,
  );

  it.each(ambiguousPolicies)(
    "between the answer and the stored result, with every callback lost: the provider's list brings the id (%s)",
    async (policy) => {
      const { message, attempts, entries } = await runOf(firstSend).system.see('listed', policy, ['accepted', 'sent', 'delivered']);
      expect(entries).toHaveLength(1);
      expect(message).toMatchObject({ attempt: 1, providerMessageId: entries[0]?.sid });
      expect(attempts[0].evidence).toMatch(/list shows it/);
    },
    120_000,
  );

  it('and its neighbours go on: what was accepted meanwhile is delivered once each', async () => {
    const { system, neighbours } = runOf(firstSend);
    for (const { body } of neighbours) await system.message(body.id, ['delivered'], { withinMs: 90_000 });
    expect(await system.ledger('neighbour ')).toHaveLength(neighboursCount);
    // The dead one is started again.
    await eventually(() => ![undefined, system.held].includes(system.processes.get('held')?.pid()));
  }, 120_000);
});

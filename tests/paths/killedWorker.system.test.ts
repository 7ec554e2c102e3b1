import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ambiguousPolicies } from '../../domain/message.js';
import { sql } from '../support/database.js';
import { eventually, patience } from '../support/eventually.js';
import { type FirstSend, firstSends, type HeldSystem, startWithSendsHeld } from '../support/startWithSendsHeld.js';
import type { Answer } from '../support/system.js';

const cases = {
  unsent: { at: 'before the request' },
  told: { at: 'after the answer', action: { callbacks: { delayMs: 3_000 } } },
  listed: { at: 'after the answer', action: { callbacks: { drop: 1 } } },
  looking: { at: 'before the list', action: { http500: 'after', callbacks: { drop: 1 } } },
} as const;

const neighboursCount = 20;
/** A look that is lost with its worker is taken up by another well before its own time is over, a minute. */
const takenUpWithinMs = 40_000;

interface Run {
  system: HeldSystem<keyof typeof cases>;
  killedAtMs: number;
  neighbours: Answer[];
}

/** Kills the worker in which all sends are held; another one and its successor go on. */
async function killWhileSending(firstSend: FirstSend): Promise<Run> {
  const system = await startWithSendsHeld(firstSend, cases);
  const neighbours = Array.from({ length: neighboursCount }, (_, index) =>
    system.send({ to: '+12125550130', body: `neighbour ${index}.` }),
  );
  process.kill(system.held, 'SIGKILL');
  const killedAtMs = Date.now();
  system.othersJoin();
  return { system, killedAtMs, neighbours: await Promise.all(neighbours) };
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
    expect(attempts).toMatchObject([{ status: 'uncertain', evidence: expect.stringMatching(/parked after/) }]);
    expect(entries).toHaveLength(0);
  }, 120_000);

  it('between the attempt row and the request, where delivery is preferred: the message is sent, once', async () => {
    const { attempts, entries } = await runOf(firstSend).system.see('unsent', 'prefer-delivery', ['delivered']);
    expect(attempts).toHaveLength(2);
    expect(entries).toHaveLength(1);
  }, 120_000);

  it.each(ambiguousPolicies)(
    'between the answer and the stored result: the callback brings the id, nothing is sent twice (%s)',
    async (policy) => {
      const { message, attempts, entries } = await runOf(firstSend).system.see('told', policy, ['delivered']);
      expect(entries).toHaveLength(1);
      expect(attempts).toHaveLength(1);
      expect(message).toMatchObject({ providerMessageId: entries[0]?.sid });
    },
    120_000,
  );

  it.each(ambiguousPolicies)(
    "between the answer and the stored result, with every callback lost: the provider's list brings the id (%s)",
    async (policy) => {
      const { message, attempts, entries } = await runOf(firstSend).system.see('listed', policy, ['accepted', 'sent', 'delivered']);
      expect(entries).toHaveLength(1);
      expect(message).toMatchObject({ providerMessageId: entries[0]?.sid });
      expect(attempts).toMatchObject([{ evidence: expect.stringMatching(/list shows it/) }]);
    },
    120_000,
  );

  it.each(ambiguousPolicies)(
    'while it looks for proof in the list: another one soon looks instead, and finds it (%s)',
    async (policy) => {
      const { system, killedAtMs } = runOf(firstSend);
      const { message, attempts, entries } = await system.see('looking', policy, ['accepted', 'sent', 'delivered']);
      expect(entries).toHaveLength(1);
      expect(message).toMatchObject({ providerMessageId: entries[0]?.sid });
      expect(attempts).toMatchObject([{ evidence: expect.stringMatching(/list shows it/) }]);
      const [found] = await sql<{ at: Date }>(
        system.databaseUrl,
        `select created_at as at from message_event where message_id = $1 and provider_message_id is not null order by seq limit 1`,
        [message.id],
      );
      expect((found?.at.getTime() ?? Number.NaN) - killedAtMs).toBeLessThan(takenUpWithinMs * patience);
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

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ambiguousPolicies } from '../../domain/message.js';
import { freeze } from '../../local/freeze.js';
import { eventually } from '../support/eventually.js';
import { type FirstSend, firstSends, type HeldSystem, type Seen, startWithSendsHeld } from '../support/startWithSendsHeld.js';
import type { Answer } from '../support/system.js';

/** The provider took it, and neither callbacks nor its list say so. */
const hidden = { listLagMs: 600_000, callbacks: { drop: 1 } };
const cases = {
  unsent: { at: 'before the request' },
  told: { at: 'after the answer', action: { callbacks: { delayMs: 3_000 } } },
  hidden: { at: 'after the answer', action: hidden },
  silent: { action: { ...hidden, hang: 'after' } },
} as const;
type Name = keyof typeof cases;

const neighboursCount = 20;
/** What the others made of each while the worker was frozen: the states, by policy as in `ambiguousPolicies`. */
const decisions: Record<Name, readonly [string, string]> = {
  unsent: ['parked', 'delivered'],
  told: ['delivered', 'delivered'],
  hidden: ['parked', 'delivered'],
  silent: ['parked', 'delivered'],
};

interface Run {
  system: HeldSystem<Name>;
  thaw: () => void;
  neighbours: Answer[];
}

const runs = new Map<string, Run>();
const runOf = (firstSend: string) => runs.get(firstSend) as Run;

/** Freezes the worker in which all sends are held; another one goes on, and decides. Then the frozen one goes on too. */
async function freezeWhileSending(firstSend: FirstSend): Promise<void> {
  const system = await startWithSendsHeld(firstSend, cases);
  const thaw = freeze(system.held);
  // They are handed to the frozen one at first, as long as it seems to ask for work, and to another after a time-out.
  const accepted = Array.from({ length: neighboursCount }, (_, index) => system.send({ to: '+12125550130', body: `neighbour ${index}.` }));
  runs.set(firstSend, { system, thaw, neighbours: await Promise.all(accepted) });
  system.othersJoin();
  for (const [name, states] of Object.entries(decisions) as [Name, readonly string[]][])
    for (const [index, policy] of ambiguousPolicies.entries()) await system.see(name, policy, [states[index] as string]);
  system.goOn();
  thaw();
}

// Both ways in which a first attempt can be made, at the same time.
beforeAll(() => Promise.all(firstSends.map(freezeWhileSending)), 240_000);
afterAll(async () => {
  for (const { thaw } of runs.values()) thaw();
  await Promise.all([...runs.values()].map(({ system }) => system.stop()));
}, 60_000);

describe.each(firstSends)('a worker that is frozen while it sends, and goes on after others have decided (first send: %s)', (firstSend) => {
  /** The case once its first attempt has this from the worker that was frozen. */
  const whenWritten = (name: Name, policy: (typeof ambiguousPolicies)[number], status: string, isWritten: (seen: Seen) => boolean) =>
    eventually(async () => {
      const seen = await runOf(firstSend).system.see(name, policy, [status]);
      return isWritten(seen) && seen;
    }, 60_000);

  it('between the attempt row and the request: it does not send any more, and what was parked stays so', async () => {
    const { rows, entries } = await whenWritten('unsent', 'prefer-no-duplicate', 'parked', (seen) => seen.rows.at(-1).status === 'notSent');
    expect(rows.filter(({ status }) => status !== 'notSent')).toEqual([]);
    expect(entries).toHaveLength(0);
  }, 120_000);

  it('between the answer and the stored result: the late answer brings the id to what was parked', async () => {
    const { message, attempts, entries } = await runOf(firstSend).system.see('hidden', 'prefer-no-duplicate', ['accepted']);
    expect(entries).toHaveLength(1);
    expect(message).toMatchObject({ providerMessageId: entries[0]?.sid, error: null });
    expect(attempts).toMatchObject([{ status: 'accepted', evidence: 'the answer to the request' }]);
  }, 120_000);

  it('between the answer and the stored result, where it was sent once more: the late answer is kept, and changes nothing else', async () => {
    const isKept = ({ attempts }: Seen) => attempts[0].providerMessageId !== null;
    const { message, attempts, entries } = await whenWritten('hidden', 'prefer-delivery', 'delivered', isKept);
    expect(entries).toHaveLength(2);
    expect(attempts.map((one) => one.providerMessageId)).toEqual(entries.map(({ sid }) => sid));
    expect(message).toMatchObject({ providerMessageId: entries[1]?.sid });
  }, 120_000);

  it('while it waits for the answer, which never comes: what was decided keeps its evidence', async () => {
    const { system } = runOf(firstSend);
    // Its own doubt is late: it comes after these, which the same process writes.
    const parked = await system.see('silent', 'prefer-no-duplicate', ['parked']);
    expect(parked.attempts).toMatchObject([{ status: 'uncertain', evidence: expect.stringMatching(/parked after/) }]);
    const again = await system.see('silent', 'prefer-delivery', ['delivered']);
    expect(again.attempts).toMatchObject([
      { status: 'abandoned', evidence: expect.stringMatching(/no proof after/) },
      { status: 'delivered' },
    ]);
  }, 120_000);

  it.each(ambiguousPolicies)(
    'and what a callback had proved meanwhile, or a second send, is there once (%s)',
    async (policy) => {
      const { system } = runOf(firstSend);
      const { message, attempts, entries } = await system.see('told', policy, ['delivered']);
      expect(entries).toHaveLength(1);
      expect(attempts).toHaveLength(1);
      expect(message).toMatchObject({ providerMessageId: entries[0]?.sid });
      const isTwice = policy === 'prefer-delivery';
      expect((await system.see('unsent', policy, [isTwice ? 'delivered' : 'parked'])).entries).toHaveLength(isTwice ? 1 : 0);
    },
    120_000,
  );

  it('and its neighbours go on: what was accepted meanwhile is delivered once each', async () => {
    const { system, neighbours } = runOf(firstSend);
    for (const { body } of neighbours) await system.message(body.id, ['delivered'], { withinMs: 90_000 });
    expect(await system.ledger('neighbour ')).toHaveLength(neighboursCount);
  }, 120_000);
});

/**
 * Sends whose outcome is in doubt, drawn from one seed: the fault, the fate of the callbacks, a list that lags, equal texts
 * to one number at once, and the workspace's policy. And the oracle that compares what became of them with the ledger.
 */
export const ambiguousFaults = ['http500', 'cut', 'hang', 'notJson'] as const;
export type Policy = 'prefer-no-duplicate' | 'prefer-delivery';

export interface DoubtfulCase {
  name: string;
  policy: Policy;
  fault: (typeof ambiguousFaults)[number];
  /** Whether the provider took the message before it failed. */
  accepted: boolean;
  callbacks: Record<string, unknown>;
  listLagMs: number;
  /** Equal texts to one number, sent at the same time. */
  equals: number;
}

/** What became of one message of a case, as the API says. */
export interface Told {
  status: string;
  providerMessageId: string | null;
  error: { code: string } | null;
  attempts: { status: string; evidence: string | null }[];
}

/** Mulberry32: small, and the same on every machine. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function doubtfulCases(seed: number, count: number): DoubtfulCase[] {
  const random = randomOf(seed);
  const one = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  return Array.from({ length: count }, (_, index) => ({
    name: `doubt ${seed}/${index}.`,
    policy: one(['prefer-no-duplicate', 'prefer-delivery'] as const),
    fault: one(ambiguousFaults),
    accepted: random() < 0.6,
    callbacks: one([{}, {}, { drop: 1 }, { times: 3 }, { shuffle: true }]),
    listLagMs: one([0, 0, 2_500]),
    equals: random() < 0.2 ? 2 : 1,
  }));
}

/** What is wrong with the end of a case, a sentence each. `sids` are the provider's ids of its text in the ledger. */
export function faultsOf({ name, policy, accepted, equals }: DoubtfulCase, told: Told[], sids: string[]): string[] {
  const faults: string[] = [];
  const say = (what: string) => faults.push(`${name} (${policy}): ${what}`);
  const resent = told.filter(({ attempts }) => attempts.some(({ status }) => status === 'abandoned')).length;
  const allowed = equals + (policy === 'prefer-delivery' ? resent : 0);
  if (sids.length > allowed)
    say(`the provider took it ${sids.length} times, for ${equals} message(s) and ${resent} flagged second send(s)`);
  for (const { status, providerMessageId, error, attempts } of told) {
    if (status === 'parked') {
      if (policy === 'prefer-delivery') say('parked, though the workspace prefers a second send');
      if (accepted) say('parked, though the provider has it and shows it');
      if (error?.code !== 'outcome_unknown' || !attempts.at(-1)?.evidence) say('parked without evidence');
    } else if (status !== 'delivered') say(`is ${status}`);
    else if (providerMessageId === null || !sids.includes(providerMessageId)) say(`names ${providerMessageId}, which is not in the ledger`);
  }
  const named = told.flatMap(({ providerMessageId }) => (providerMessageId ? [providerMessageId] : []));
  if (new Set(named).size < named.length) say('two messages name the same one of the provider');
  if (accepted && resent > 0) say('sent once more, though the provider had it and showed it');
  return faults;
}

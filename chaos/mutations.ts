/** Known bugs by which the checker is proved; each lies in mutations/<name>.cjs and is loaded into every process of the product. */
interface Mutation {
  /** What the product does wrong. */
  does: string;
  /** The invariant that must go red. */
  breaks: string;
  /** What is injected where no faults are named: the bug must have an occasion. */
  faults: readonly number[];
}

export const mutations = {
  'drop-accepted': { does: 'acknowledges 1 message in 50 (CHAOS_DROP_ONE_IN) and forgets it', breaks: 'I1', faults: [1] },
  'blind-retry': { does: 'sends once more at once where the outcome of a send is not known', breaks: 'I2', faults: [25] },
  'no-row-security': {
    does: 'reads as a role that sees all workspaces, by look-ups that forget theirs',
    breaks: 'I6',
    faults: [31],
  },
  'stop-ignored': { does: 'takes STOP for a text like any other', breaks: 'I5', faults: [32] },
} as const satisfies Record<string, Mutation>;

export type MutationName = keyof typeof mutations;

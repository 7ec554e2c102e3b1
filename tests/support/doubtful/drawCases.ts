import { type AmbiguousPolicy, ambiguousPolicies } from '../../../domain/message.js';
import { seededRandom } from '../../../simulator/random.js';

/** What happens to a request. Those with `before` are not accepted, those with `after` are, and the client learns neither. */
export const faults = [
  'none',
  'rate limited',
  'http500 before',
  'http500 after',
  'cut before',
  'cut after',
  'hang before',
  'hang after',
  'notJson before',
  'notJson after',
  'late accept',
  'late answer',
] as const;
export type Fault = (typeof faults)[number];

export const callbackFates = ['told', 'lost', 'doubled', 'early', 'shuffled', 'late', 'unknown word'] as const;
export type CallbackFate = (typeof callbackFates)[number];

/** How the provider's list shows an accepted message: at once, only before the last look, never, or with another text. */
export const listFates = ['at once', 'lagging', 'never', 'shortened'] as const;
export type ListFate = (typeof listFates)[number];

/** One text that is sent `twins` times to one number of one workspace, and what the provider does to it. */
export interface DoubtfulCase {
  n: number;
  policy: AmbiguousPolicy;
  /** Which of the workspaces with this policy. */
  workspace: number;
  /** Which of the numbers; several cases may share one. */
  recipient: number;
  twins: number;
  /** What meets the first `faulty` requests; the others are accepted as usual. */
  fault: Fault;
  faulty: number;
  /** What meets a second send, where there is one. */
  again: Fault;
  callbacks: CallbackFate;
  list: ListFate;
  /** Milliseconds within the fault: how much later than the client's patience, or how long the list lags. */
  extraMs: number;
}

/** All cases of a run. The same seed gives the same cases, and more cases begin with the fewer. */
export function drawCases(seed: number, count: number, workspacesPerPolicy: number): DoubtfulCase[] {
  const random = seededRandom(seed);
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  return Array.from({ length: count }, (_, index) => {
    const twins = random() < 0.7 ? 1 : 2 + upTo(1);
    return {
      n: index + 1,
      // Both policies and all faults come round, whatever is drawn.
      policy: ambiguousPolicies[index % ambiguousPolicies.length] as AmbiguousPolicy,
      fault: faults[Math.floor(index / 2) % faults.length] as Fault,
      workspace: upTo(workspacesPerPolicy - 1),
      recipient: upTo(19),
      twins,
      faulty: 1 + upTo(twins - 1),
      again: random() < 0.7 ? 'none' : oneOf(faults.filter((fault) => fault !== 'late accept' && fault !== 'rate limited')),
      callbacks: random() < 0.35 ? 'lost' : oneOf(callbackFates),
      list: random() < 0.4 ? 'at once' : oneOf(listFates),
      extraMs: 200 + upTo(800),
    };
  });
}

import type { MessageTrace } from '../api.js';
import { meaningOf } from '../statusWords.js';

export type StepKind = 'event' | 'attempt' | 'receipt' | 'person';

/** One line of a message's full story. */
export interface Step {
  at: string;
  kind: StepKind;
  title: string;
  /** What else is known of it, each with its name. */
  details: (readonly [name: string, value: string])[];
  isBad: boolean;
}

const bad = new Set(['failed', 'undelivered', 'expired', 'parked', 'unknown', 'uncertain', 'rejected', 'ambiguous']);
/** Of the same moment, in the order in which they come about. */
const order: Record<StepKind, number> = { person: 0, receipt: 1, attempt: 2, event: 3 };

/** Everything that is known of a message in one line of time: its events, attempts, receipts, and what people did; the oldest first. */
export function stepsOf({
  events,
  attempts,
  receipts,
  interventions,
}: Pick<MessageTrace, 'events' | 'attempts' | 'receipts' | 'interventions'>): Step[] {
  const steps: Step[] = [
    ...events.map(
      ({ at, status, seq, attempt, providerMessageId, error }): Step => ({
        at,
        kind: 'event',
        title: meaningOf[status],
        details: present([
          ['state', status],
          ['event', String(seq)],
          ['try', attempt > 0 ? String(attempt) : null],
          ['provider’s id', providerMessageId],
          ['error', error && `${error.code} ${error.message}`],
        ]),
        isBad: bad.has(status),
      }),
    ),
    ...attempts.map(
      ({ startedAt, attempt, status, provider, providerMessageId, error, evidence }): Step => ({
        at: startedAt,
        kind: 'attempt',
        title: `Try ${attempt} at ${provider}: ${status}`,
        details: present([
          ['evidence', evidence],
          ['provider’s id', providerMessageId],
          ['error', error && `${error.code} ${error.message}`],
        ]),
        isBad: bad.has(status),
      }),
    ),
    ...receipts.map(
      ({ at, status, attempt, providerMessageId }): Step => ({
        at,
        kind: 'receipt',
        title: `Receipt of the provider: ${status}`,
        details: present([
          ['try', attempt > 0 ? String(attempt) : null],
          ['provider’s id', providerMessageId || null],
        ]),
        isBad: bad.has(status),
      }),
    ),
    ...interventions.map(
      ({ at, actor, action, details }): Step => ({
        at,
        kind: 'person',
        title: action,
        details: present([
          ['by', actor],
          ['why', typeof details.reason === 'string' ? details.reason : null],
        ]),
        isBad: false,
      }),
    ),
  ];
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || order[a.kind] - order[b.kind]);
}

function present(details: readonly (readonly [string, string | null])[]): [string, string][] {
  return details.filter((one): one is [string, string] => one[1] !== null);
}

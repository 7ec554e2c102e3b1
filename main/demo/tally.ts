import type { Canaries } from '../../load/canaries.js';
import type { JournalLine } from '../../load/journal.js';
import { type Percentiles, percentiles } from '../../load/percentiles.js';
import type { LedgerEntry } from '../../load/simulatorLedger.js';
import type { Outcome } from './followAll.js';

/** What became of a run, by the journal of acknowledgements, the provider's ledger and the API. */
export interface Tally {
  accepted: number;
  delivered: number;
  /** Ended without delivery, with a reason: failed, undelivered, canceled, expired. */
  failed: number;
  /** The provider took it and did not say what became of it. */
  unknown: number;
  /** Kept for a person to decide. */
  parked: number;
  /** Neither ended nor lost when the waiting was given up. */
  unfinished: number;
  /** Acknowledged, and neither at the provider nor ended with a reason. */
  lost: number;
  /** At the provider more than once. */
  duplicates: number;
  /** From the client's acknowledgement to the request's arrival at the provider. */
  acceptToProviderMs: Percentiles;
  acceptToDeliveredMs: Percentiles;
  lostIds: string[];
  duplicateIds: string[];
}

const namedMax = 20;

export function tally(journal: JournalLine[], outcomes: Map<number, Outcome>, entries: LedgerEntry[], canaries: Canaries): Tally {
  const arrivals = new Map<number, number[]>();
  for (const { body, requestReceivedAtMs } of entries) {
    const n = canaries.numberIn(body);
    if (n !== undefined) arrivals.set(n, [...(arrivals.get(n) ?? []), requestReceivedAtMs]);
  }
  const counts = { delivered: 0, failed: 0, unknown: 0, parked: 0, unfinished: 0 };
  const toProvider: number[] = [];
  const toDelivered: number[] = [];
  const lostIds: string[] = [];
  for (const { n, id, acknowledgedAtMs } of journal) {
    const outcome = outcomes.get(n);
    const arrivedAtMs = arrivals.get(n)?.[0];
    // A send can begin before its acknowledgement has crossed the wire.
    if (arrivedAtMs !== undefined) toProvider.push(Math.max(0, arrivedAtMs - acknowledgedAtMs));
    if (arrivedAtMs === undefined && !endedWithReason(outcome)) {
      lostIds.push(id);
      continue;
    }
    counts[kindOf(outcome)] += 1;
    if (outcome?.status === 'delivered') toDelivered.push(Math.max(0, outcome.updatedAtMs - acknowledgedAtMs));
  }
  const idOf = new Map(journal.map(({ n, id }) => [n, id]));
  const duplicates = [...arrivals].filter(([, times]) => times.length > 1).map(([n]) => idOf.get(n) ?? canaries.keyOf(n));
  return {
    accepted: journal.length,
    ...counts,
    lost: lostIds.length,
    duplicates: duplicates.length,
    acceptToProviderMs: percentiles(toProvider),
    acceptToDeliveredMs: percentiles(toDelivered),
    lostIds: lostIds.slice(0, namedMax),
    duplicateIds: duplicates.slice(0, namedMax),
  };
}

/** Whether a message that never reached the provider was ended openly rather than lost. */
function endedWithReason(outcome: Outcome | undefined): boolean {
  if (!outcome || outcome.status === 'delivered' || outcome.status === 'unknown') return false;
  return outcome.error !== null || outcome.status === 'canceled' || outcome.status === 'expired';
}

function kindOf(outcome: Outcome | undefined): 'delivered' | 'failed' | 'unknown' | 'parked' | 'unfinished' {
  switch (outcome?.status) {
    case undefined:
      return 'unfinished';
    case 'delivered':
    case 'unknown':
    case 'parked':
      return outcome.status;
    default:
      return 'failed';
  }
}

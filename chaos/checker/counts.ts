import { hasEnded, isWaiting, type Joined, type Life } from './joined.js';

/** What became of a run's messages. */
export interface Counts {
  submitted: number;
  acknowledged: number;
  refused: number;
  /** Messages at the provider. */
  sent: number;
  delivered: number;
  failed: number;
  /** Acknowledged, and neither at the provider nor ended with a reason nor parked. */
  lost: number;
  /** At the provider more than once, by no policy's decision. */
  duplicates: number;
  /** At the provider more than once, and said so: `prefer-delivery` after an outcome that could not be found out. */
  duplicatesFlagged: number;
  parked: number;
  parkedWithoutCause: number;
  unfinished: number;
}

export function isLost({ acknowledged, ledger, shown, submission }: Life): boolean {
  if (!acknowledged || ledger.length > 0) return false;
  const status = shown?.status ?? 'missing';
  if (submission.night && status === 'scheduled') return false;
  return !(hasEnded(status) && shown?.errorCode) && status !== 'canceled' && status !== 'parked';
}

export const isParkedWithoutCause = (joined: Joined, life: Life) => life.shown?.status === 'parked' && !joined.hasCauseToBePut(life);

export function isUnfinished({ acknowledged, shown, submission }: Life): boolean {
  if (!acknowledged || submission.night) return false;
  // What is missing is lost, and counted as that.
  return shown !== undefined && shown.status !== 'missing' && !hasEnded(shown.status) && !isWaiting(shown.status);
}

export function countOutcomes(joined: Joined): Counts {
  const count = (is: (life: Life) => boolean) => joined.lives.filter(is).length;
  const twice = ({ ledger }: Life) => ledger.length > 1;
  const isNow = (status: string) => (life: Life) => life.shown?.status === status;
  return {
    submitted: joined.lives.length,
    acknowledged: count(({ acknowledged }) => acknowledged !== undefined),
    refused: count(({ refused }) => refused !== undefined),
    sent: count(({ ledger }) => ledger.length > 0),
    delivered: count(isNow('delivered')),
    failed: count(isNow('failed')),
    lost: count(isLost),
    duplicates: count((life) => twice(life) && !joined.isFlagged(life)),
    duplicatesFlagged: count((life) => twice(life) && joined.isFlagged(life)),
    parked: count(isNow('parked')),
    parkedWithoutCause: count((life) => isParkedWithoutCause(joined, life)),
    unfinished: count(isUnfinished),
  };
}

import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { errorCatalogue } from '../domain/errorCatalogue.js';
import type { FailureDetails } from '../domain/failureDetails.js';
import { databaseAwayWaitInitialMs, databaseAwayWaitMaxMs } from '../domain/limits.js';
import type { MessageError } from '../domain/message.js';
import { retryDelayMs } from '../domain/retryDelay.js';
import type { WaitingFor } from '../domain/submission.js';

/** What a step that failed for good means for its message. */
export interface FailureDecision {
  /** False where the message waits and the step is run again. */
  ends: boolean;
  error: MessageError;
  /** Attempts begun so far, where the failure says so. */
  attempt: number | null;
  waitMs: number;
  waitingFor: WaitingFor;
}

const databaseAway = { initialMs: databaseAwayWaitInitialMs, coefficient: 2, maxMs: databaseAwayWaitMaxMs, jitter: 'full' } as const;
const ourFault = errorCatalogue.INTERNAL.backoff;

/**
 * Reads the decision that the failure carries.
 *
 * @param waits how often in a row the step has failed, this time included: waits that the failure can't know grow with it
 */
export function decisionOf(failure: unknown, waits: number): FailureDecision {
  // A local activity's failure comes bare, a regular one's wrapped.
  const isWrapped = failure instanceof ActivityFailure;
  const cause = isWrapped ? failure.cause : failure;
  // The run died or hung: the next one finds what it left behind.
  if (cause instanceof TimeoutFailure) {
    const error = { code: 'internal_error', message: 'the step did not end in time' };
    return { ends: false, error, attempt: null, waitMs: retryDelayMs(ourFault, waits, Math.random()), waitingFor: 'retry' };
  }
  const details = cause instanceof ApplicationFailure ? (cause.details?.[0] as FailureDetails | undefined) : undefined;
  // A fault of the workflow's own code.
  if (!isWrapped && !details) throw failure;
  const message = (cause as Error | undefined)?.message ?? String(failure);
  // Cancelled, or of a build that had no catalogue.
  if (!details) {
    const code = (cause instanceof ApplicationFailure && cause.type) || 'internal_error';
    return { ends: true, error: { code, message }, attempt: null, waitMs: 0, waitingFor: 'retry' };
  }
  const { code, attempt, keepsMessage, waitingFor } = details;
  const growing = details.class === 'DATABASE_TIMEOUT' ? databaseAway : details.class === 'INTERNAL' ? ourFault : undefined;
  const waitMs = growing ? retryDelayMs(growing, waits, Math.random()) : (details.waitMs ?? 0);
  return { ends: !keepsMessage, error: { code, message }, attempt, waitMs, waitingFor };
}

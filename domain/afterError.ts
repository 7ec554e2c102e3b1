import type { ErrorClass, ErrorPolicy } from './errorCatalogue.js';
import type { ErrorPolicyOverrides } from './errorPolicyOverrides.js';
import { quietRefusalPauseMs } from './limits.js';
import { policyFor } from './policyFor.js';
import { nextAllowedMs } from './quietHours.js';
import { quietHoursTable } from './quietHoursTable.js';
import { recipientPlace } from './recipientPlace.js';
import { retryDelayMs } from './retryDelay.js';
import type { Again, WaitingFor } from './submission.js';

/** An attempt that ended with an error. Times are epoch milliseconds. */
export interface FailedAttempt {
  code: string;
  /** Number of the recipient, E.164. */
  to: string;
  /** Attempts of the message that failed by this class, this one included. */
  failures: number;
  nowMs: number;
  /** After this time the message is of no use. */
  validUntilMs: number;
}

/** What a message waits for after an error of this class. */
export function waitingAfter(errorClass: ErrorClass): WaitingFor {
  switch (errorClass) {
    case 'RATE_LIMIT':
      return 'provider';
    case 'CONFIGURATION':
      return 'configuration';
    case 'DATABASE_TIMEOUT':
      return 'database';
    case 'QUIET_HOURS':
      return 'quietHours';
    default:
      return 'retry';
  }
}

/**
 * Whether a message whose attempt failed is sent once more, and when; null where the error ends it. A message that is
 * kept until its validity ends waits no longer than that; any other is not tried when it would be of no use. One that
 * came in quiet hours waits for their end, beyond its validity too: who puts it off lets that grow by the wait.
 *
 * @param random a number from 0 up to 1, of Math.random
 */
export function afterError(failed: FailedAttempt, overrides: ErrorPolicyOverrides, random: number): Again | null {
  const policy = policyFor(failed.code, overrides);
  if (!mayTryAgain(policy, failed.failures)) return null;
  if (policy.class === 'QUIET_HOURS') {
    const opensMs = nextAllowedMs(recipientPlace(failed.to), failed.nowMs + quietRefusalPauseMs, quietHoursTable);
    return { waitMs: opensMs - failed.nowMs, waitingFor: waitingAfter(policy.class) };
  }
  const waitMs = retryDelayMs(policy.backoff, failed.failures, random);
  const usefulMs = failed.validUntilMs - failed.nowMs;
  if (waitMs >= usefulMs && !policy.keepsMessage) return null;
  return { waitMs: Math.max(1, Math.min(waitMs, usefulMs)), waitingFor: waitingAfter(policy.class) };
}

function mayTryAgain({ retry, attemptsMax }: ErrorPolicy, failures: number): boolean {
  return retry && (typeof attemptsMax !== 'number' || failures < attemptsMax);
}

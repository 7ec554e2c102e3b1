/** Activities by what a retry of them would do. How often and when is in the catalogue of errors. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { LocalActivities, SendActivities } from '../activities/index.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { heartbeatTimeoutMs, lostRunRetryMs, submitTimeoutMs } from '../domain/limits.js';
import { retryPolicyOf } from './retryPolicyOf.js';

/**
 * Idempotent writes: tried twice in one run. After that the workflow waits on a durable timer and runs them again, so
 * that an outage of the database does not hold task slots (workflows/sendMessage.ts, untilAnswered).
 */
export const { storeNews, closeAsUnknown, recordOutcome } = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: '10 seconds',
  localRetryThreshold: '2 seconds',
  retry: retryPolicyOf('DATABASE_TIMEOUT'),
});

/** The same for the first step, which may send: its time must hold a connection and the provider's whole answer. */
export const { persistAndReserve } = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: '40 seconds',
  localRetryThreshold: '2 seconds',
  retry: retryPolicyOf('DATABASE_TIMEOUT'),
});

/**
 * The send: irreversible. It fails only where it is proved that the provider processed nothing, and is retried where the
 * provider could not be reached; a run that dies is found by its missing heartbeat, and the next run finds its attempt
 * row and does not send.
 */
export function submitProxy(summary: string, overrides: ErrorPolicyOverrides | undefined) {
  return proxyActivities<SendActivities>({
    startToCloseTimeout: submitTimeoutMs,
    heartbeatTimeout: heartbeatTimeoutMs,
    // Each failure carries its own wait; the interval is for runs that ended without one.
    retry: { ...retryPolicyOf('NETWORK', overrides), initialInterval: lostRunRetryMs },
    summary,
  }).submitToProvider;
}

/** A question to a provider: reading only, retried freely. A run that dies is found by its missing heartbeat. */
export const { reconcileAttempt } = proxyActivities<Pick<SendActivities, 'reconcileAttempt'>>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
/** The last question before a message closes as unknown is not worth waiting for. */
export const { pollProvider } = proxyActivities<Pick<SendActivities, 'pollProvider'>>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { maximumAttempts: 3 },
});

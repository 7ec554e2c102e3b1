/** Activities by what a retry of them would do. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { LocalActivities, SendActivities } from '../activities/index.js';
import { heartbeatTimeoutMs, submitTimeoutMs } from '../domain/limits.js';

/**
 * Idempotent writes: retried until the database answers, however long that takes, and at short intervals: a message must
 * not wait a minute for a database that was away for a second.
 */
export const { storeNews, closeAsUnknown, recordOutcome } = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: '10 seconds',
  // Longer waits than this become durable timers, so that an outage does not hold task slots.
  localRetryThreshold: '2 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds' },
});

/** The same for the first step, which may send: its time must hold a connection and the provider's whole answer. */
export const { persistAndReserve } = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: '40 seconds',
  localRetryThreshold: '2 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds' },
});

/**
 * The send: irreversible. It fails, and is retried, only where it is proved that the provider processed nothing; a run
 * that dies is found by its missing heartbeat, and the next run finds its attempt row and does not send.
 */
export function submitProxy(summary: string) {
  return proxyActivities<SendActivities>({
    startToCloseTimeout: submitTimeoutMs,
    heartbeatTimeout: heartbeatTimeoutMs,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
    summary,
  }).submitToProvider;
}

/** Questions to a provider: reading only, retried freely. */
export const { reconcileAttempt, pollProvider } = proxyActivities<Pick<SendActivities, 'reconcileAttempt' | 'pollProvider'>>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
/** The last question before a message closes as unknown is not worth waiting for. */
export const { pollProvider: pollProviderOnce } = proxyActivities<Pick<SendActivities, 'pollProvider'>>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 3 },
});

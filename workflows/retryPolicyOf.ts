import type { RetryPolicy } from '@temporalio/common';
import { type ErrorClass, errorClasses } from '../domain/errorCatalogue.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { policyOfClass } from '../domain/policyFor.js';

/**
 * The catalogue's decision in Temporal's form, for a step whose retries are those of class `leading`. Failures of that
 * class and of our own faults are retried by Temporal; every other class comes to the workflow at once, which waits on
 * a timer or ends the message.
 */
export function retryPolicyOf(leading: ErrorClass, overrides?: ErrorPolicyOverrides): RetryPolicy {
  const { backoff, attemptsMax } = policyOfClass(leading, overrides);
  return {
    initialInterval: backoff.initialMs,
    backoffCoefficient: backoff.coefficient,
    maximumInterval: backoff.maxMs,
    ...(typeof attemptsMax === 'number' && { maximumAttempts: attemptsMax }),
    nonRetryableErrorTypes: errorClasses.filter((each) => each !== leading && each !== 'INTERNAL'),
  };
}

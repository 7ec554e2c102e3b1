import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { waitingAfter } from '../domain/afterError.js';
import { errorClassOf, type OwnErrorCode } from '../domain/errorCodes.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import type { FailureDetails } from '../domain/failureDetails.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { MessageError } from '../domain/message.js';
import { policyFor } from '../domain/policyFor.js';
import { retryDelayMs } from '../domain/retryDelay.js';
import { databaseFailureOf } from '../platform/databaseFailure.js';
import { ProviderUnavailable, type SendOutcome } from '../providers/provider.js';

/** What stands in the way of a step without being an exception. */
export type Obstacle =
  | Extract<SendOutcome, { kind: 'rateLimited' | 'notSent' }>
  /** Something of ours is missing; `message` says what. */
  | { kind: 'own'; code: OwnErrorCode; message: string };

export interface FailureContext {
  /** Which try of this kind it was, from 1: the wait grows with it. */
  tries: number;
  /** Attempts of the message begun so far, where that is known. */
  attempt?: number;
  overrides?: ErrorPolicyOverrides;
  /** From 0 up to 1, for the jitter. */
  random?: number;
}

interface Reading {
  code: string;
  message: string;
  retryAfterMs?: number | null;
}

/**
 * The one place that turns what went wrong into a failure for Temporal. Its type is the error's class; its message is
 * for people, with numbers masked; its details are FailureDetails. A failure of Temporal's own passes as it is.
 */
export function failureOf(problem: unknown, context: FailureContext): TemporalFailure {
  if (problem instanceof TemporalFailure) return problem;
  const { code, message, retryAfterMs } = isObstacle(problem) ? readObstacle(problem) : readError(problem);
  const policy = policyFor(code, context.overrides);
  const waitMs = policy.retry ? (retryAfterMs ?? retryDelayMs(policy.backoff, context.tries, context.random ?? Math.random())) : null;
  const details: FailureDetails = {
    code,
    class: policy.class,
    attempt: context.attempt ?? null,
    keepsMessage: policy.keepsMessage,
    waitMs,
    waitingFor: waitingAfter(policy.class),
  };
  return ApplicationFailure.create({
    message: masked(message),
    type: policy.class,
    nonRetryable: !policy.retry,
    details: [details],
    ...(waitMs !== null && { nextRetryDelay: waitMs }),
  });
}

/** What a failure of `failureOf` says of its message. */
export function errorOfFailure(failure: TemporalFailure): MessageError | undefined {
  const [details] = (failure instanceof ApplicationFailure ? (failure.details ?? []) : []) as FailureDetails[];
  return details && { code: details.code, message: failure.message };
}

function isObstacle(problem: unknown): problem is Obstacle {
  return !(problem instanceof Error) && typeof problem === 'object' && problem !== null && 'kind' in problem;
}

function readObstacle(obstacle: Obstacle): Reading {
  switch (obstacle.kind) {
    case 'rateLimited': {
      // Whatever the code is, a 429 says that nothing was processed.
      const code = errorClassOf(obstacle.code) === 'RATE_LIMIT' ? obstacle.code : '429';
      return { code, message: `the provider refused for its rate (code ${obstacle.code})`, retryAfterMs: obstacle.retryAfterMs };
    }
    case 'notSent':
      return { code: 'provider_unreachable', message: `the provider could not be reached: ${obstacle.reason}` };
    case 'own':
      return obstacle;
  }
}

function readError(error: unknown): Reading {
  if (error instanceof ProviderUnavailable) return { code: 'provider_unreachable', message: error.message };
  // Of the database's words only the state: the rest may quote the row.
  const state = String((error as { code?: unknown } | null | undefined)?.code ?? 'no answer');
  switch (databaseFailureOf(error)) {
    case 'DATABASE_CONSTRAINT': {
      const { constraint } = error as { constraint?: string };
      return { code: 'database_constraint', message: `the database refused the row (${constraint ? `${state}, ${constraint}` : state})` };
    }
    case 'DATABASE_TIMEOUT':
      return { code: 'database_timeout', message: `the database does not answer (${state})` };
    case undefined:
      return { code: 'internal_error', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

function masked(text: string): string {
  return text.replaceAll(/\+\d{6,15}/g, maskNumber);
}

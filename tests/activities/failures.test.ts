import { describe, expect, test } from '@jest/globals';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import fc from 'fast-check';
import { type FailureContext, failureOf, type Obstacle } from '../../activities/failures.js';
import { errorCatalogue } from '../../domain/errorCatalogue.js';
import type { FailureDetails } from '../../domain/failureDetails.js';
import { ProviderUnavailable } from '../../providers/provider.js';

const detailsOf = (failure: Error) => (failure as ApplicationFailure).details?.[0] as FailureDetails;
const made = (problem: unknown, context: Partial<FailureContext> = {}) =>
  failureOf(problem, { tries: 1, random: 0.5, ...context }) as ApplicationFailure;
const databaseError = (code: string, more: object = {}) => Object.assign(new Error('Key (phone)=(+14155552671) exists'), { code, ...more });

describe('a failure of a step', () => {
  test.each<[string, unknown, string, string, boolean]>([
    ['a refusal for the rate', { kind: 'rateLimited', code: '20429', retryAfterMs: null }, 'RATE_LIMIT', '20429', true],
    ['a full queue of the sender', { kind: 'rateLimited', code: '21611', retryAfterMs: null }, 'RATE_LIMIT', '21611', true],
    ['a 429 with a code of its own', { kind: 'rateLimited', code: '99999', retryAfterMs: null }, 'RATE_LIMIT', '429', true],
    ['a provider that is not there', { kind: 'notSent', reason: 'ECONNREFUSED' }, 'NETWORK', 'provider_unreachable', true],
    ['a question without an answer', new ProviderUnavailable('HTTP 500'), 'NETWORK', 'provider_unreachable', true],
    [
      'a workspace without an account',
      { kind: 'own', code: 'no_provider_account', message: 'none' },
      'CONFIGURATION',
      'no_provider_account',
      true,
    ],
    ['a row that is gone', { kind: 'own', code: 'message_missing', message: 'gone' }, 'DATABASE_CONSTRAINT', 'message_missing', false],
    ['a row that does not fit', databaseError('23505'), 'DATABASE_CONSTRAINT', 'database_constraint', false],
    ['a database that is away', databaseError('ECONNREFUSED'), 'DATABASE_TIMEOUT', 'database_timeout', true],
    ['a fault of ours', new TypeError('x is not a function'), 'INTERNAL', 'internal_error', true],
    ['anything else', undefined, 'INTERNAL', 'internal_error', true],
  ])('by %s says its class, its code and whether it is tried again', (_name, problem, type, code, retried) => {
    const failure = made(problem, { attempt: 4 });
    expect(failure).toMatchObject({ type, nonRetryable: !retried });
    expect(detailsOf(failure)).toMatchObject({
      class: type,
      code,
      attempt: 4,
      keepsMessage: errorCatalogue[type as 'NETWORK'].keepsMessage,
    });
    expect(detailsOf(failure).waitMs !== null).toBe(retried);
    expect(failure.nextRetryDelay !== undefined).toBe(retried);
  });

  test('keeps to the time that the provider names, and else draws one that grows with the tries', () => {
    const refusal: Obstacle = { kind: 'rateLimited', code: '20429', retryAfterMs: 7_000 };
    expect(made(refusal, { tries: 5 }).nextRetryDelay).toBe(7_000);
    expect([1, 2, 3].map((tries) => made({ ...refusal, retryAfterMs: null }, { tries }).nextRetryDelay)).toEqual([501, 1_001, 2_001]);
  });

  test('follows what the workspace decides otherwise', () => {
    const failure = made({ kind: 'notSent', reason: 'x' }, { overrides: { NETWORK: { retry: false } } });
    expect(failure).toMatchObject({ type: 'NETWORK', nonRetryable: true });
  });

  test('shows no number and nothing of a row', () => {
    expect(made(databaseError('23505', { constraint: 'contact_pkey' })).message).toBe('the database refused the row (23505, contact_pkey)');
    expect(made(new Error('can not write to +14155552671')).message).toBe('Error: can not write to +1415***2671');
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000_000, max: 99_999_999_999 }), (number) => {
        expect(made({ kind: 'notSent', reason: `to=+${number}.` }).message).not.toContain(String(number));
      }),
    );
  });

  test("that is Temporal's own or was decided before stays as it is", () => {
    const decided = made({ kind: 'notSent', reason: 'x' });
    for (const failure of [new CancelledFailure('cancelled'), decided]) expect(made(failure)).toBe(failure);
  });
});

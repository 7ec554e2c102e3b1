import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Backoff } from '../../domain/errorCatalogue.js';
import { limiterRetryMaxMs, limiterRetryMs } from '../../domain/limits.js';
import { limiterRetryDelayMs, retryDelayCapMs, retryDelayMs } from '../../domain/retryDelay.js';

const backoffs = fc
  .record({ initialMs: fc.integer({ min: 1, max: 100_000 }), coefficient: fc.integer({ min: 1, max: 10 }), more: fc.nat(1_000_000) })
  .map(({ initialMs, coefficient, more }): Backoff => ({ initialMs, coefficient, maxMs: initialMs + more, jitter: 'full' }));
const attempts = fc.integer({ min: 1, max: 10_000 });
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait before a retry', () => {
  test('is more than nothing and at most its cap', () => {
    fc.assert(
      fc.property(backoffs, attempts, randoms, (backoff, attempt, random) => {
        const delayMs = retryDelayMs(backoff, attempt, random);
        expect(delayMs).toBeGreaterThan(0);
        expect(delayMs).toBeLessThanOrEqual(retryDelayCapMs(backoff, attempt));
        expect(Number.isInteger(delayMs)).toBe(true);
      }),
    );
  });

  test('has a cap that grows exponentially up to its maximum, and no further', () => {
    fc.assert(
      fc.property(backoffs, attempts, (backoff, attempt) => {
        const [cap, next] = [retryDelayCapMs(backoff, attempt), retryDelayCapMs(backoff, attempt + 1)];
        expect(next).toBe(Math.min(backoff.maxMs, cap * backoff.coefficient));
        expect(retryDelayCapMs(backoff, 1)).toBe(backoff.initialMs);
      }),
    );
  });

  test('spreads over the whole range, so that messages which failed together come back apart', () => {
    const backoff: Backoff = { initialMs: 1_000, coefficient: 2, maxMs: 60_000, jitter: 'full' };
    expect([0, 0.5, 0.999_999].map((random) => retryDelayMs(backoff, 3, random))).toEqual([1, 2_001, 4_000]);
  });
});

describe('a message whose limiter does not answer', () => {
  test('asks again after some seconds, and less and less often, never later than its longest wait', () => {
    fc.assert(
      fc.property(attempts, randoms, randoms, (unanswered, random, other) => {
        const delayMs = limiterRetryDelayMs(unanswered, random);
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(limiterRetryMs / 2);
        expect(delayMs).toBeLessThanOrEqual(limiterRetryMaxMs);
        expect(limiterRetryDelayMs(unanswered + 1, other)).toBeGreaterThanOrEqual(Math.min(delayMs, limiterRetryMaxMs / 2));
      }),
    );
  });
});

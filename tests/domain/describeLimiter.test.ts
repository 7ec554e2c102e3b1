import { expect, test } from '@jest/globals';
import { describeLimiter } from '../../domain/describeLimiter.js';
import { plainLimits } from '../../domain/rateLimit.js';
import { newRateLimiterState, tellTime } from '../../domain/rateLimiterState.js';

test('a limiter says in words how it stands', () => {
  const noonMs = Date.UTC(2027, 0, 1, 12);
  const limits = { ...plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1 }), cooldownUntilMs: noonMs + 3_000 };
  const state = newRateLimiterState(limits, noonMs);
  expect(describeLimiter(state)).toBe(
    'cooling down until 12:00:03 UTC after a rate error, then ramping up; 10 messages/s, burst 50: 0 free, 0 held',
  );
  tellTime(state, noonMs + 20_000);
  expect(describeLimiter(state)).toMatch(/^ramping up after a cooldown until 12:01:03 UTC, at 50 % now; /);
  tellTime(state, noonMs + 70_000);
  expect(describeLimiter(state)).toMatch(/^10 messages\/s/);
});

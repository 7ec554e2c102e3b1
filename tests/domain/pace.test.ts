import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clockMs, pacedMs } from '../../domain/pace.js';

const pace = { cooldownUntilMs: 10_000, rampMs: 4_000 };

test('paced time stands still in a cooldown, comes back in quarters and then runs as the clock', () => {
  const at = [0, 10_000, 11_000, 12_000, 13_000, 14_000, 15_000].map((atMs) => pacedMs(pace, atMs));
  expect(at).toEqual([10_000, 10_000, 10_250, 10_750, 11_500, 12_500, 13_500]);
  expect(pacedMs(null, 123)).toBe(123);
});

test('paced time never runs faster than the clock, and its inverse finds every moment after the cooldown again', () => {
  fc.assert(
    fc.property(fc.nat({ max: 30_000 }), fc.nat({ max: 10_000 }), (fromMs, forMs) => {
      expect(pacedMs(pace, fromMs + forMs) - pacedMs(pace, fromMs)).toBeLessThanOrEqual(forMs + 1e-6);
      expect(clockMs(pace, pacedMs(pace, fromMs))).toBeCloseTo(Math.max(fromMs, pace.cooldownUntilMs), 6);
    }),
  );
});

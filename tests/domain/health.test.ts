import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Health, type HealthSample, healthAfter, healthAt } from '../../domain/health.js';
import { healthFloor } from '../../domain/limits.js';

const startMs = 1_700_000_000_000;
const samples = fc.array(fc.record({ successes: fc.nat(50), failures: fc.nat(50), afterMs: fc.nat(120_000) }), { maxLength: 50 });

function play(steps: (HealthSample & { afterMs: number })[]): Health | undefined {
  let nowMs = startMs;
  let health: Health | undefined;
  for (const { afterMs, ...sample } of steps) health = healthAfter(health, sample, (nowMs += afterMs));
  return health;
}

test('health stays between its floor and 1, so that a sick provider is tried on', () => {
  fc.assert(
    fc.property(samples, (steps) => {
      const { value } = play(steps) ?? { value: 1 };
      expect(value).toBeGreaterThanOrEqual(healthFloor);
      expect(value).toBeLessThanOrEqual(1);
    }),
  );
});

test('it takes ten successes to make one failure good', () => {
  const ill = healthAfter(undefined, { successes: 0, failures: 4 }, startMs);
  expect(ill.value).toBeCloseTo(0.8);
  expect(healthAfter(ill, { successes: 9, failures: 1 }, startMs).value).toBeLessThan(ill.value);
  expect(healthAfter(ill, { successes: 10, failures: 1 }, startMs).value).toBeCloseTo(ill.value);
});

test('it comes back with time alone, in about a quarter of an hour, and not when a clock runs backwards', () => {
  const ill = { value: healthFloor, atMs: startMs };
  expect(healthAt(ill, startMs + 60_000)).toBeCloseTo(healthFloor + 0.06);
  expect(healthAt(ill, startMs + 16 * 60_000)).toBe(1);
  expect(healthAt(ill, startMs - 60_000)).toBe(healthFloor);
  expect(healthAt(undefined, startMs)).toBe(1);
});

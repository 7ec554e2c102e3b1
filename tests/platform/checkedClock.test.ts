import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { CheckedClock } from '../../platform/checkedClock.js';

const dayMs = 86_400_000;
const trueMs = Date.now();
const startedAt = performance.now();
const trueNow = () => trueMs + performance.now() - startedAt;
const machineIs = (aheadMs: number) => jest.spyOn(Date, 'now').mockImplementation(() => Math.floor(trueNow() + aheadMs));
afterEach(() => {
  jest.restoreAllMocks();
});

const near = (ms: number) => Math.abs(ms - trueNow()) < 500;

describe('a clock that is checked against the database’s', () => {
  it('is the machine’s where the two agree, to the millisecond, and where nothing is known', () => {
    const clock = new CheckedClock();
    machineIs(3 * dayMs);
    expect(near(clock.now() - 3 * dayMs)).toBe(true);
    machineIs(800);
    clock.check(trueNow(), performance.now());
    const before = Date.now();
    const now = clock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    expect(clock.aheadMs()).toBeCloseTo(800, -2);
  });

  it.each([3 * dayMs, -dayMs, 60_000])(
    'is the database’s where the machine is off by %d ms, also when it went off only since',
    (aheadMs) => {
      const clock = new CheckedClock();
      clock.check(trueNow(), performance.now());
      machineIs(aheadMs);
      expect(near(clock.now())).toBe(true);
      expect(clock.aheadMs()).toBeCloseTo(aheadMs, -3);
    },
  );

  it('does not believe an answer that took long', () => {
    const clock = new CheckedClock();
    clock.check(trueNow() - dayMs, performance.now() - 2_000);
    expect(near(clock.now())).toBe(true);
  });
});

import { describe, expect, test } from '@jest/globals';
import { bulkHorizonMs } from '../../domain/limits.js';
import { plainLimits } from '../../domain/rateLimit.js';
import { WaitingLine } from '../../limiter/waitingLine.js';
import { drawsFrom } from '../domain/slidingWindow.js';
import { workOff } from './backlog.js';

const limits = plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1 });
const most = (numbers: number[]) => numbers.reduce((max, number) => Math.max(max, number), 0);

describe('a line of those told to come later', () => {
  test('gives turns one interval apart, from when the lane books again', () => {
    const line = new WaitingLine();
    expect([line.isFull(1_000), line.join(1_000, 500, 100), line.join(1_000, 500, 100), line.isFull(1_000)]).toEqual([
      false,
      500,
      600,
      true,
    ]);
    expect([line.isFull(1_699), line.isFull(1_700), line.join(1_800, 0, 100)]).toEqual([true, false, 0]);
  });

  test('sends who came back in vain to the turn that the lane really has, and then away for longer each time', () => {
    const line = new WaitingLine();
    line.join(0, 0, 100_000);
    // In 10 s as much was given as takes 5 s at the whole rate: turns come at half the pace that was thought.
    line.advance(10_000, 5_000);
    const again = (times: number, opensInMs = 0, draw = 0) => line.again({ times, waitedMs: 8_000 }, 10_000, opensInMs, () => draw);
    expect([1, 2, 3, 4].map((times) => again(times))).toEqual([8_000, 2_000, 4_000, 8_000]);
    expect(again(1, 0, 1)).toBeCloseTo(8_800);
    expect(again(1, 9_000)).toBe(9_000);
  });
});

describe('a backlog of bulk', () => {
  test.each([
    ['10,000 alone', 10_000, { processes: 1, othersPerSecond: 0 }],
    ['50,000 in two processes while half of the rate goes to high and normal', 50_000, { processes: 2, othersPerSecond: 2.5 }],
  ])(
    'of %s asks at most 5 times a message, and leaves at the rate that is left',
    (_, size, { processes, othersPerSecond }) => {
      const { asks, leftAtMs, highWaitsMs } = workOff(limits, size, { processes, othersPerSecond, draw: drawsFrom(7) });
      expect(most(asks)).toBeLessThanOrEqual(5);
      const fullRateMs = (size / (limits.ratePerSecond - 2 * othersPerSecond)) * 1_000;
      leftAtMs.sort((a, b) => a - b);
      expect(leftAtMs[Math.floor(size * 0.9)]).toBeLessThan(fullRateMs * 1.2);
      // The last may be later: what their lane would get was an estimate.
      expect(leftAtMs.at(-1)).toBeLessThan(fullRateMs * 1.6);
      // High stands behind the current second at most, and finds the slot after it free.
      expect(most(highWaitsMs)).toBeLessThanOrEqual(bulkHorizonMs + 3 * 100);
    },
    60_000,
  );
});

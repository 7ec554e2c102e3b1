import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plainLimits, type Want } from '../../domain/rateLimit.js';
import { newRateLimiterState } from '../../domain/rateLimiterState.js';
import { HonestProcess } from './honestProcess.js';
import { drawsFrom, excessInWorstWindow, rounding } from './slidingWindow.js';

const startMs = 1_700_000_000_000;
const senders = { slow: { ratePerSecond: 2, burst: 8, cooldownUntilMs: null } };

/** Few steps a second, and costs as high as the burst: what gathers its slots must not leave beside what is held. */
const heavySteps = (sender: string | undefined) =>
  fc.array(
    fc.record({
      afterMs: fc.nat({ max: 2_500 }),
      wants: fc.array(
        fc
          .record({
            cost: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 12 })),
            lane: fc.constantFrom('high' as const, 'bulk' as const),
          })
          .map((want): Want => ({ ...want, earlierAsks: 4, ...(sender !== undefined && { sender }) })),
        { maxLength: 4 },
      ),
    }),
    { minLength: 5, maxLength: 60 },
  );

test.each([
  ['a workspace', undefined, { ratePerSecond: 3, burst: 12 }, { ratePerSecond: 3, burst: 12 }],
  ['a sender', 'slow', { ratePerSecond: 500, burst: 5_000 }, senders.slow],
] as const)(
  '%s whose messages weigh as much as its burst never sends above its limit, beside held tokens used late',
  (_, sender, own, bound) => {
    let departed = 0;
    fc.assert(
      fc.property(fc.integer(), heavySteps(sender), (seed, steps) => {
        const limits = { ...plainLimits({ ...own, epoch: 1 }), senders };
        const state = newRateLimiterState(limits, startMs);
        const habits = { draw: drawsFrom(seed), givenUp: 0.05, late: 0.7, lateWithinMs: 5_000 };
        const processes = [new HonestProcess('a', state, habits), new HonestProcess('b', state, habits)];
        let nowMs = startMs;
        steps.forEach(({ afterMs, wants }, index) => {
          nowMs += afterMs;
          processes[index % 2]?.ask(wants, limits, nowMs);
        });
        const departures = processes.flatMap((process) => process.departures(sender));
        departed += departures.length;
        expect(excessInWorstWindow(departures, bound)).toBeLessThan(rounding);
      }),
      { numRuns: 700 },
    );
    expect(departed).toBeGreaterThan(5_000);
  },
);

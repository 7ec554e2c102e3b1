import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fault, faultNumbered, faults } from '../../chaos/faults/catalogue.js';
import { mayMeet, schedule, secondsNeeded } from '../../chaos/schedule.js';

const seeds = fc.nat({ max: 2 ** 32 - 1 });
const numbers = faults.map(({ number }) => number);
const chosen = fc.subarray(numbers, { minLength: 1, maxLength: 8 });

describe('the seed alone decides', () => {
  it('what is injected when: the same again, and another for another seed', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 30 }), (seed, minutes) => {
        expect(schedule(seed, minutes, numbers)).toEqual(schedule(seed, minutes, numbers));
      }),
    );
    expect(schedule(1, 10, numbers)).not.toEqual(schedule(2, 10, numbers));
  });

  it('and each fault that was asked for comes, one after the other, within the time', () => {
    fc.assert(
      fc.property(seeds, chosen, fc.double({ min: 0, max: 3, noNaN: true }), (seed, asked, more) => {
        const minutes = secondsNeeded(asked) / 60 + more;
        const rounds = schedule(seed, minutes, asked);
        expect(new Set(rounds.flatMap((round) => round.faults))).toEqual(new Set(asked));
        let freeAtS = 0;
        for (const { atS, lastsS } of rounds) {
          expect(atS).toBeGreaterThan(freeAtS);
          freeAtS = atS + lastsS;
        }
        expect(freeAtS).toBeLessThanOrEqual(minutes * 60 + 0.01);
      }),
    );
  });

  it('and two that come together do not touch the same', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const pairs = schedule(seed, 30, numbers).filter((round) => round.faults.length > 1);
        expect(pairs.length).toBeGreaterThan(0);
        for (const { faults: pair } of pairs) {
          const [one, other] = pair.map((number) => faultNumbered(number) as Fault);
          expect(one && other && mayMeet(one, other)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});

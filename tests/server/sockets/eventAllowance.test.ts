import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventAllowance } from '../../../server/sockets/eventAllowance.js';

describe('the events of one connection', () => {
  it('never exceed the burst and the rate, whenever they come, and who waits as long as told may send', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 300 }),
        (perSecond, burst, gapsMs) => {
          let nowMs = 0;
          const allowance = new EventAllowance(perSecond, burst, () => nowMs);
          let passed = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            const waitMs = allowance.take();
            if (waitMs === 0) passed += 1;
            expect(passed).toBeLessThanOrEqual(burst + (nowMs / 1_000) * perSecond + 1e-6);
            if (waitMs > 0) {
              nowMs += waitMs;
              expect(allowance.take()).toBe(0);
              passed += 1;
            }
          }
        },
      ),
    );
  });
});

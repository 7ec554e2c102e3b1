import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acceptClock } from '../../platform/acceptClock.js';

test('of two messages that a process accepts the second has the later time, whatever the clock of the machine does', () => {
  let last = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000_000_000_000 }), (nowMs) => {
      const us = acceptClock(nowMs);
      expect(us).toBeGreaterThan(last);
      expect(us).toBeGreaterThanOrEqual(nowMs * 1_000);
      last = us;
    }),
  );
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterError } from '../../domain/afterError.js';
import { twilioErrors } from '../../domain/twilioErrors.js';

const hourMs = 3_600_000;
const failed = (code: string, failures = 1, usefulMs = 4 * hourMs) => ({
  code,
  to: '+12125550100',
  failures,
  nowMs: 1_000,
  validUntilMs: 1_000 + usefulMs,
});

describe('a message whose attempt failed', () => {
  test.each([
    ['21211', 'its number is not valid'],
    ['21610', 'the recipient opted out'],
    ['30007', 'it was filtered'],
    ['30008', 'nobody knows whether it arrived'],
    ['54321', 'the code is unknown'],
  ])('ends by %s, because %s', (code) => {
    expect(afterError(failed(code), {}, 0.5)).toBeNull();
  });

  test('is sent at most three times where the network was congested', () => {
    expect([1, 2, 3].map((failures) => afterError(failed('30001', failures), {}, 0.5)?.waitingFor)).toEqual(['retry', 'retry', undefined]);
  });

  test('is sent once more to a handset that was away', () => {
    expect([1, 2].map((failures) => afterError(failed('30003', failures), {}, 0.5)?.waitingFor)).toEqual(['retry', undefined]);
  });

  test('waits for the end of quiet hours where it came in them, also beyond its validity, and for an hour where our table knows of none', () => {
    const inNewYork = (atNewYork: string) => {
      const nowMs = Date.parse(`${atNewYork}-05:00`);
      const again = afterError({ ...failed('30610'), nowMs, validUntilMs: nowMs + hourMs }, {}, 0.5);
      return again && [again.waitingFor, (again.waitMs / hourMs).toFixed(1)];
    };
    expect(inNewYork('2026-01-14T22:00:00')).toEqual(['quietHours', '10.0']);
    expect(inNewYork('2026-01-14T12:00:00')).toEqual(['quietHours', '1.0']);
    expect(afterError(failed('30610', 3), {}, 0.5)).toBeNull();
  });

  test('waits for an account that is not set up, however often, and no longer than it is of use', () => {
    expect(afterError(failed('20003', 500), {}, 0.5)).toEqual({ waitMs: 150_001, waitingFor: 'configuration' });
    expect(afterError(failed('20003', 1, 2_000), {}, 0.5)).toEqual({ waitMs: 2_000, waitingFor: 'configuration' });
  });

  test('ends where the next try would come too late', () => {
    expect(afterError(failed('30001', 1, 20_000), {}, 0.5)).toBeNull();
    expect(afterError(failed('30036', 1, -1), {}, 0)).toBeNull();
  });

  test('never waits for nothing or beyond its use, and a limited class never goes on without end', () => {
    const code = fc.constantFrom(...Object.keys(twilioErrors));
    fc.assert(
      fc.property(
        code,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: -hourMs, max: 10 * hourMs }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (one, failures, usefulMs, random) => {
          const again = afterError(failed(one, failures, usefulMs), {}, random);
          if (again) {
            expect(again.waitMs).toBeGreaterThan(0);
            // One that waits for the hours of its recipient stays of use by as much.
            if (again.waitingFor !== 'quietHours') expect(again.waitMs).toBeLessThanOrEqual(Math.max(1, usefulMs));
            if (failures > 3) expect(['configuration', 'provider']).toContain(again.waitingFor);
          }
        },
      ),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answerFor, type OlderRequest, upgradeRequest, upgradeState } from '../../domain/olderLimiter.js';
import { plainLimits } from '../../domain/rateLimit.js';
import { newRateLimiterState } from '../../domain/rateLimiterState.js';
import { reserve } from '../../domain/reserve.js';

const nowMs = 1_700_000_000_000;
const older = { ratePerSecond: 10, burst: 50, epoch: 3 };
const limits = plainLimits(older);

const question = (tokens: number): OlderRequest => ({
  holder: 'b',
  lanes: new Array<string>(tokens).fill('bulk'),
  leaseUnused: 0,
  nowUnused: 0,
  lastUseAgoMs: 0,
  wantsLease: false,
  limits: older,
});

const waits = (carried: unknown, tokens: number) => {
  const state = upgradeState(carried, limits, nowMs);
  return reserve(state, upgradeRequest(question(tokens)), nowMs).turns.map(({ waitMs }) => Math.round(waitMs));
};

describe('a limiter that carries over the state of an older version', () => {
  test('keeps what is held and what is owed', () => {
    const carried = { limits: older, tatMs: nowMs + 2_000, holdings: { 'a/lease': { tokens: 10, expiresAtMs: nowMs + 60_000 } } };
    // 50 less 10 held and 20 owed.
    expect(waits(carried, 22)).toEqual([...new Array<number>(20).fill(0), 100, 200]);
  });

  test('keeps what is booked ahead', () => {
    const carried = { limits: older, tatMs: nowMs + 8_000, holdings: {} };
    expect(waits(carried, 2)).toEqual([3_100, 3_200]);
  });

  test('gives nobody a burst where the state makes no sense', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ limits: fc.anything(), calendar: fc.anything(), holdings: fc.anything() })),
        (carried) => {
          expect(waits(carried, 2)).toEqual([100, 200]);
        },
      ),
    );
  });

  test('leaves a state of its own version as it is', () => {
    const state = newRateLimiterState(limits, nowMs);
    expect(upgradeState(JSON.parse(JSON.stringify(state)), limits, nowMs)).toEqual(state);
  });
});

test('a process of an older version is never told to come later, and finds its waits where it looks for them', () => {
  const state = newRateLimiterState(limits, nowMs);
  const asked = question(70);
  const answer = answerFor(asked, reserve(state, upgradeRequest(asked), nowMs));
  expect('waitsMs' in answer && answer.waitsMs.filter((waitMs) => waitMs > 0)).toHaveLength(20);
});

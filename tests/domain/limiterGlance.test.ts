import { describe, expect, it } from '@jest/globals';
import { limiterGlance } from '../../domain/limiterGlance.js';
import { nowTokenLifeMs } from '../../domain/limits.js';
import { plainLimits, type Want } from '../../domain/rateLimit.js';
import { newRateLimiterState } from '../../domain/rateLimiterState.js';
import { reserve } from '../../domain/reserve.js';

const startMs = Date.UTC(2026, 10, 29);
const limits = plainLimits({ ratePerSecond: 10, burst: 5, epoch: 1 });
const want: Want = { lane: 'normal', cost: 1, earlierAsks: 0 };

/** A limiter that was asked for turns at its begin, and the turns it gave. */
function asked(...wants: Want[]) {
  const state = newRateLimiterState(limits, startMs);
  const unused = { leaseUnused: 0, nowUnused: 0, lastUseAgoMs: 0, sendersUnused: {} };
  return { state, ...reserve(state, { holder: 'p', limits, wants, wantsLease: false, ...unused }, startMs) };
}
const fifteen = Array.from({ length: 15 }, () => want);

describe('a glance at a limiter', () => {
  it('says that nothing waits, and that all is free', () => {
    expect(limiterGlance(asked().state, startMs, 0)).toMatchObject({ free: 5, held: 0, booked: 0, bookedUntilMs: null, drainedAtMs: null });
  });

  it('says when the last booked slot is, and when those will have left that have none yet', () => {
    const glance = limiterGlance(asked(...fifteen).state, startMs, 30);
    expect(glance).toMatchObject({ free: 0, held: 5, booked: 10 });
    expect(glance.bookedUntilMs).toBe(startMs + 1_000);
    expect(glance.drainedAtMs).toBe(startMs + 3_000);
  });

  it('counts slots behind a gap as those without one', () => {
    const bulk: Want = { ...want, lane: 'bulk' };
    const { state, turns } = asked(...fifteen.slice(0, 5), bulk, bulk, bulk);
    const lastMs = startMs + Math.max(...turns.map(({ waitMs }) => waitMs));
    expect(limiterGlance(state, startMs, 3)).toMatchObject({ booked: 3, bookedUntilMs: lastMs, drainedAtMs: lastMs });
  });

  it('has moved on though nobody has asked for a while', () => {
    // Tokens that nobody has reported count as used at the end of their life; a second fills the bucket after it.
    const laterMs = startMs + nowTokenLifeMs + 1_000;
    expect(limiterGlance(asked(...fifteen).state, laterMs, 0)).toMatchObject({ free: 5, held: 0, booked: 0, bookedUntilMs: null });
  });
});

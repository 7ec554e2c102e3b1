import { describe, expect, it } from '@jest/globals';
import { callStart, nextLane, raisedFor, ratePerSecondOf, together } from '../../domain/raise.js';
import { plainLimits, type RateLimits } from '../../domain/rateLimit.js';

const nowMs = 1_000_000;
const limits = (change: Partial<RateLimits> = {}) => plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1, ...change });
const sender = (ratePerSecond: number, cooldownUntilMs: number | null = null) => ({ ratePerSecond, burst: 5, cooldownUntilMs });
const raised = (before: Partial<RateLimits>, after: Partial<RateLimits>) => raisedFor(limits(before), limits(after), nowMs);

describe('a change of limits', () => {
  it.each<[string, Partial<RateLimits>, Partial<RateLimits>]>([
    ['a higher rate', { ratePerSecond: 1 }, { ratePerSecond: 50 }],
    ['counting messages where segments were counted', { countBy: 'segment' }, { countBy: 'message' }],
    ['a cooldown that ends earlier', { cooldownUntilMs: nowMs + 60_000 }, { cooldownUntilMs: nowMs + 1_000 }],
    ['a cooldown that is lifted', { cooldownUntilMs: nowMs + 60_000 }, {}],
  ])('brings everybody of the workspace forward: %s', (_, before, after) => {
    expect(raised(before, after)).toBeNull();
  });

  it.each<[string, Partial<RateLimits>, Partial<RateLimits>]>([
    ['a higher rate of a sender', { senders: { a: sender(1), b: sender(1) } }, { senders: { a: sender(2), b: sender(1) } }],
    ['a sender without a limit of its own any more', { senders: { a: sender(1), b: sender(1) } }, { senders: { b: sender(1) } }],
    ['a cooldown of a sender that is lifted', { senders: { a: sender(1, nowMs + 5_000) } }, { senders: { a: sender(1) } }],
  ])('brings those of one sender forward: %s', (_, before, after) => {
    expect(raised(before, after)).toEqual(['a']);
  });

  it.each<[string, Partial<RateLimits>, Partial<RateLimits>]>([
    ['a cut', { ratePerSecond: 50 }, { ratePerSecond: 1 }],
    ['counting segments', {}, { countBy: 'segment' }],
    ['a larger burst, which is empty while somebody waits', {}, { burst: 500 }],
    ['a cooldown that begins', {}, { cooldownUntilMs: nowMs + 60_000 }],
    ['a cooldown that is over already', { cooldownUntilMs: nowMs - 1 }, {}],
    ['a first limit of a sender', {}, { senders: { a: sender(5) } }],
  ])('brings nobody forward: %s', (_, before, after) => {
    expect(raised(before, after)).toBeUndefined();
  });
});

describe('those who are called', () => {
  it('are of the senders of all raises that go on, and of the whole workspace where one of them was', () => {
    expect(together(undefined, ['a'])).toEqual(['a']);
    expect(together(['a'], ['a', 'b'])).toEqual(['a', 'b']);
    expect(together(null, ['a'])).toBeNull();
    expect(together(['a'], null)).toBeNull();
  });

  it('come at the rate of their senders, and not above that of the workspace', () => {
    const after = limits({ ratePerSecond: 50, senders: { a: sender(10), b: sender(20) } });
    expect(ratePerSecondOf(after, null)).toBe(50);
    expect(ratePerSecondOf(after, ['a', 'b'])).toBe(30);
    expect(ratePerSecondOf(after, ['a', 'without a limit'])).toBe(50);
  });

  it('come lane by lane, the most urgent first', () => {
    const normal = nextLane({ ...callStart, createdAtMs: 5, messageId: 'm' });
    expect([callStart.lane, normal]).toEqual(['high', { ...callStart, lane: 'normal' }]);
    expect(normal && nextLane({ ...callStart, lane: 'bulk' })).toBeNull();
  });
});

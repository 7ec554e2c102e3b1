import { describe, expect, test } from '@jest/globals';
import { cooldownRampMs, currentSecondMs } from '../../domain/limits.js';
import type { Priority } from '../../domain/priority.js';
import { plainLimits, type RateLimits, type ReserveRequest, type Want } from '../../domain/rateLimit.js';
import { newRateLimiterState, type RateLimiterState } from '../../domain/rateLimiterState.js';
import { refusalOf, reserve } from '../../domain/reserve.js';

const startMs = 1_700_000_000_000;
const limits = plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1 });

const requestOf = (wants: Want[], given: RateLimits): ReserveRequest => ({
  holder: 'a',
  wants,
  leaseUnused: 0,
  nowUnused: 0,
  sendersUnused: {},
  lastUseAgoMs: 0,
  wantsLease: false,
  limits: given,
});

/** Asks for `count` messages of a lane; answers the slots of those that got one, milliseconds from then, rounded. */
function slots(
  state: RateLimiterState,
  lane: Priority,
  count: number,
  { nowMs = startMs, given = limits, ...fields }: Partial<Want> & { nowMs?: number; given?: RateLimits } = {},
): number[] {
  const wants = Array.from({ length: count }, (): Want => ({ lane, cost: 1, earlierAsks: 0, ...fields }));
  const { turns } = reserve(state, requestOf(wants, given), nowMs);
  return turns.flatMap(({ booked, waitMs }) => (booked ? [Math.round(waitMs)] : []));
}

/** A limiter whose burst is used up. */
function emptied(given = limits): RateLimiterState {
  const state = newRateLimiterState(given, startMs);
  slots(state, 'high', given.burst, { given });
  return state;
}

const every = (stepMs: number, count: number, fromMs = stepMs) => Array.from({ length: count }, (_, index) => fromMs + index * stepMs);

describe('a lane', () => {
  test('books as far ahead as its horizon: high without end, normal 10 s, bulk 1 s', () => {
    expect(slots(emptied(), 'high', 500)).toEqual(every(100, 500));
    expect(slots(emptied(), 'normal', 500)).toEqual(every(100, 100));
    expect(slots(emptied(), 'bulk', 500)).toEqual(every(100, 10));
  });

  test('sees a second further each time a message comes back, and as bulk leaves every other slot there free', () => {
    const state = emptied();
    slots(state, 'bulk', 500);
    expect(slots(state, 'bulk', 500, { earlierAsks: 1 })).toHaveLength(5);
    expect(slots(state, 'bulk', 500, { earlierAsks: 1 })).toEqual([]);
    expect(slots(state, 'bulk', 500, { earlierAsks: 2 })).toHaveLength(5);
    // Behind the current second every other slot was left.
    expect(slots(state, 'high', 3)).toEqual([1_100, 1_300, 1_500]);
  });

  test('that is full says when it books again', () => {
    const state = emptied();
    slots(state, 'bulk', 10);
    const { turns } = reserve(state, requestOf([{ lane: 'bulk', cost: 1, earlierAsks: 0 }], limits), startMs);
    // Of the slots behind the second bulk may take the even ones only: the first is 1,200 ms away.
    expect(turns.map(({ booked, waitMs }) => [booked, Math.round(waitMs)])).toEqual([[false, 200]]);
  });

  test('that is high gets the next free slot, though 5,000 of bulk wait', () => {
    const state = emptied();
    for (let asked = 0; asked < 5_000; asked += 200) slots(state, 'bulk', 200, { earlierAsks: 4 });
    const [first = 0] = slots(state, 'high', 1);
    expect(first).toBeLessThanOrEqual(currentSecondMs + 100);
    // And so does the next, as long as bulk may book.
    expect(slots(state, 'high', 5)).toEqual(every(200, 5, first + 200));
  });

  test('that comes to a slot nobody booked finds it in the bucket', () => {
    const state = emptied();
    slots(state, 'bulk', 50, { earlierAsks: 4 });
    // 10 of the current second are taken, and of each further one 5 of 10.
    expect(slots(state, 'normal', 9, { nowMs: startMs + 3_000 }).filter((waitMs) => waitMs === 0)).toHaveLength(9);
  });
});

describe('a question in which nobody gets a turn', () => {
  const bulk = (count: number): Want[] => Array.from({ length: count }, () => ({ lane: 'bulk', cost: 1, earlierAsks: 0 }));

  test('is refused as a whole and leaves no trace', () => {
    const state = emptied();
    slots(state, 'bulk', 10);
    const before = structuredClone(state);
    expect(refusalOf(state, requestOf(bulk(3), limits), startMs)?.turns.map(({ booked }) => booked)).toEqual([false, false, false]);
    expect(state).toEqual(before);
  });

  test('is answered where one in it gets a turn, brings newer limits, or wants nothing but to report', () => {
    const state = emptied();
    slots(state, 'bulk', 10);
    expect(refusalOf(state, requestOf([...bulk(3), { lane: 'high', cost: 1, earlierAsks: 0 }], limits), startMs)).toBeUndefined();
    expect(refusalOf(state, requestOf(bulk(3), { ...limits, epoch: 2 }), startMs)).toBeUndefined();
    expect(refusalOf(state, requestOf([], limits), startMs)).toBeUndefined();
  });
});

describe('a message of several segments', () => {
  test('takes as many slots and leaves at the last of them', () => {
    const state = emptied();
    expect(slots(state, 'high', 3, { cost: 3 })).toEqual([300, 600, 900]);
    expect(slots(state, 'high', 1)).toEqual([1_000]);
  });

  test('counts as the burst where it is more than that', () => {
    const given = { ...limits, burst: 2 };
    expect(slots(newRateLimiterState(given, startMs), 'high', 1, { cost: 9, given })).toEqual([0]);
    expect(slots(emptied(given), 'high', 2, { cost: 9, given })).toEqual([200, 400]);
  });

  test('does not leave beside a whole burst that is held and may be used at the same moment', () => {
    const state = emptied();
    const heavy = requestOf([{ lane: 'high', cost: 3, earlierAsks: 0 }], limits);
    expect(reserve(state, { ...heavy, nowUnused: 50 }, startMs).turns[0]?.booked).toBe(false);
    expect(reserve(state, { ...heavy, nowUnused: 48 }, startMs).turns[0]?.booked).toBe(true);
  });
});

describe('a sender with a limit of its own', () => {
  const given = { ...limits, senders: { slow: { ratePerSecond: 1, burst: 2, cooldownUntilMs: null } } };

  test('keeps to it, and leaves the rest to the others', () => {
    const state = newRateLimiterState(given, startMs);
    const slow = slots(state, 'high', 20, { sender: 'slow', given });
    expect(slow.slice(0, 5)).toEqual([0, 0, 1_000, 2_000, 3_000]);
    expect(slots(state, 'high', 55, { sender: 'other', given })).toEqual([...every(0, 48, 0), ...every(100, 7)]);
  });

  test('that cools down sends nothing before the end, and nobody else waits for it', () => {
    const cooling = { ...given, senders: { slow: { ratePerSecond: 1, burst: 2, cooldownUntilMs: startMs + 5_000 } } };
    const state = newRateLimiterState(cooling, startMs);
    // A quarter of its rate at first.
    expect(slots(state, 'high', 3, { sender: 'slow', given: cooling })).toEqual([9_000]);
    expect(slots(state, 'normal', 2, { given: cooling })).toEqual([0, 0]);
  });
});

describe('a cooldown', () => {
  const cooled: RateLimits = { ...limits, epoch: 2, cooldownUntilMs: startMs + 5_000 };

  test('lets nothing leave before its end, no burst at its end, and comes back in four steps', () => {
    const state = newRateLimiterState(limits, startMs);
    const leaves = slots(state, 'high', 2_000, { given: cooled });
    expect(Math.min(...leaves)).toBe(5_000 + 400);
    const step = cooldownRampMs / 4;
    const inStep = (index: number) => leaves.filter((atMs) => atMs > 5_000 + index * step && atMs <= 5_000 + (index + 1) * step).length;
    const full = step / 100;
    // A slot at the seam of two steps may count in either.
    [0.25, 0.5, 0.75, 1, 1].forEach((share, index) => expect(Math.abs(inStep(index) - share * full)).toBeLessThanOrEqual(1));
  });

  test('tells normal and bulk to come later where their slot would be over their horizon', () => {
    const long = { ...cooled, cooldownUntilMs: startMs + 60_000 };
    expect(slots(newRateLimiterState(limits, startMs), 'normal', 5, { given: long })).toEqual([]);
    expect(slots(newRateLimiterState(limits, startMs), 'normal', 3, { given: cooled })).toEqual([5_400, 5_800, 6_200]);
  });

  test('that is lengthened or cut holds as it is then', () => {
    const state = newRateLimiterState(limits, startMs);
    slots(state, 'high', 1, { given: cooled });
    expect(slots(state, 'high', 1, { given: { ...cooled, epoch: 3, cooldownUntilMs: startMs + 20_000 } })).toEqual([20_400]);
    expect(slots(state, 'high', 2, { given: { ...cooled, epoch: 4, cooldownUntilMs: null } })).toEqual([100, 200]);
  });

  test('that is still on when a limiter begins gives no burst either', () => {
    expect(slots(newRateLimiterState(cooled, startMs + 1_000), 'high', 1, { given: cooled, nowMs: startMs + 1_000 })).toEqual([4_400]);
    expect(slots(newRateLimiterState(cooled, startMs + 9_000), 'high', 1, { given: cooled, nowMs: startMs + 9_000 })).toEqual([200 + 200]);
  });
});

describe('a clock that is set', () => {
  const hourMs = 3_600_000;

  test('back stalls nobody and gives nobody a burst', () => {
    const state = emptied();
    slots(state, 'high', 20, { nowMs: startMs + 1_000 });
    const free = slots(state, 'high', 3, { nowMs: startMs - hourMs });
    expect(free).toEqual([2_100, 2_200, 2_300]);
    expect(slots(state, 'high', 1, { nowMs: startMs - hourMs + 1_000 })).toEqual([1_400]);
  });

  test('forward gives one burst at most, and back again none', () => {
    const state = emptied();
    const after = slots(state, 'high', 70, { nowMs: startMs + hourMs });
    expect(after.filter((waitMs) => waitMs === 0)).toHaveLength(limits.burst);
    expect(slots(state, 'high', 1, { nowMs: startMs + 1 })).toEqual([2_100]);
  });

  test('back does not make a cooldown longer', () => {
    const cooled = { ...limits, epoch: 2, cooldownUntilMs: startMs + 5_000 };
    const state = newRateLimiterState(limits, startMs);
    slots(state, 'high', 1, { given: cooled });
    expect(slots(state, 'high', 1, { given: cooled, nowMs: startMs - hourMs })).toEqual([5_800]);
  });
});

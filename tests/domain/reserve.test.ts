import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { leaseLifeMs, leaseTokensMax, nowTokenLifeMs } from '../../domain/limits.js';
import { plainLimits, type RateLimits, type ReserveRequest, type Want } from '../../domain/rateLimit.js';
import { newRateLimiterState, type RateLimiterState, tellTime } from '../../domain/rateLimiterState.js';
import { reserve } from '../../domain/reserve.js';
import { isFull } from '../../domain/settle.js';
import { HonestProcess, punctual } from './honestProcess.js';
import { drawsFrom, excessInWorstWindow, rounding } from './slidingWindow.js';

const startMs = 1_700_000_000_000;
const limits = plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1 });

/** High: what is not free at once is booked, however far ahead. */
const wants = (count: number, fields: Partial<Want> = {}): Want[] =>
  Array.from({ length: count }, () => ({ lane: 'high', cost: 1, earlierAsks: 0, ...fields }));

/** Asks for `count` tokens at once and answers with their waits. */
function ask(state: RateLimiterState, count: number, nowMs: number, fields: Partial<ReserveRequest> = {}) {
  const request: ReserveRequest = {
    holder: 'a',
    wants: wants(count),
    leaseUnused: 0,
    nowUnused: 0,
    sendersUnused: {},
    lastUseAgoMs: 0,
    wantsLease: false,
    limits,
    ...fields,
  };
  const answer = reserve(state, request, nowMs);
  return { ...answer, waitsMs: answer.turns.map(({ waitMs }) => waitMs) };
}

const begun = (given: RateLimits = limits) => newRateLimiterState(given, startMs);
/** Whether the limiter might end at that time. */
const fullAt = (state: RateLimiterState, nowMs: number) => isFull(state, tellTime(state, nowMs));
const freeOf = ({ waitsMs }: { waitsMs: number[] }) => waitsMs.filter((waitMs) => waitMs === 0).length;

const moment = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 3, arbitrary: fc.integer({ min: 300, max: 8_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(nowTokenLifeMs - 1, nowTokenLifeMs, leaseLifeMs) },
  { weight: 1, arbitrary: fc.integer({ min: 8_000, max: leaseLifeMs + 60_000 }) },
);

const want: fc.Arbitrary<Want> = fc
  .record({
    lane: fc.constantFrom('high' as const, 'normal' as const, 'bulk' as const),
    cost: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 12 }) }),
    earlierAsks: fc.nat({ max: 5 }),
    sender: fc.option(fc.constantFrom('slow', 'quick'), { nil: undefined }),
  })
  .map(({ sender, ...rest }) => ({ ...rest, ...(sender && { sender }) }));

const change = fc.record({
  burst: fc.integer({ min: 1, max: 80 }),
  ratePerSecond: fc.constantFrom(1, 3, 10, 40),
  cooldownMs: fc.option(fc.integer({ min: -30_000, max: 20_000 }), { nil: null }),
  slowBurst: fc.integer({ min: 1, max: 10 }),
  slowCooldownMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: null }),
});

const deed = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), wants: fc.array(want, { maxLength: 40 }), wantsLease: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send from the lease' as const), count: fc.integer({ min: 1, max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change the limits' as const), change }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const) }) },
);

const history = fc.record({
  ratePerSecond: fc.constantFrom(1, 3, 10, 40),
  burst: fc.integer({ min: 1, max: 80 }),
  processes: fc.integer({ min: 1, max: 3 }),
  late: fc.constantFrom(0, 0.3, 1),
  seed: fc.integer(),
  steps: fc.array(fc.record({ afterMs: moment, by: fc.nat({ max: 2 }), deed }), { minLength: 1, maxLength: 60 }),
});

const sendersOf = (slowBurst: number, slowCooldownUntilMs: number | null = null): RateLimits['senders'] => ({
  slow: { ratePerSecond: 1, burst: slowBurst, cooldownUntilMs: slowCooldownUntilMs },
  quick: { ratePerSecond: 8, burst: 20, cooldownUntilMs: null },
});

describe('a workspace and each of its senders never send above their limits', () => {
  test('in any window, over all lanes and weights, whatever its processes do with what they hold', () => {
    const departed = { all: 0, slow: 0, quick: 0, refused: 0 };
    fc.assert(
      fc.property(history, ({ ratePerSecond, burst, processes: count, late, seed, steps }) => {
        let current: RateLimits = { ...limits, ratePerSecond, burst, senders: sendersOf(3) };
        const state = begun(current);
        const habits = { draw: drawsFrom(seed), givenUp: 0.1, late };
        const processes = Array.from({ length: count }, (_, index) => new HonestProcess(`process ${index}`, state, habits));
        let nowMs = startMs;
        // The loosest limits of the whole history hold over all of it.
        const loosest: Record<'ratePerSecond' | 'burst' | 'slowBurst', number> = { ratePerSecond, burst, slowBurst: 3 };
        for (const { afterMs, by, deed: what } of steps) {
          nowMs += afterMs;
          const process = processes[by % count] as HonestProcess;
          if (what.kind === 'ask') process.ask(what.wants, current, nowMs, what);
          else if (what.kind === 'send from the lease') process.sendFromLease(what.count, current, nowMs);
          else if (what.kind === 'die') process.die(nowMs);
          else {
            const { cooldownMs, slowBurst, slowCooldownMs, ...rates } = what.change;
            current = {
              ...current,
              ...rates,
              epoch: current.epoch + 1,
              cooldownUntilMs: cooldownMs === null ? null : nowMs + cooldownMs,
              senders: sendersOf(slowBurst, slowCooldownMs === null ? null : nowMs + slowCooldownMs),
            };
            loosest.ratePerSecond = Math.max(loosest.ratePerSecond, rates.ratePerSecond);
            loosest.burst = Math.max(loosest.burst, rates.burst);
            loosest.slowBurst = Math.max(loosest.slowBurst, slowBurst);
            for (const each of processes) each.void(current.epoch, nowMs);
          }
        }
        const departures = processes.flatMap((each) => each.departures());
        expect(excessInWorstWindow(departures, loosest)).toBeLessThan(rounding);
        departed.all += departures.length;
        departed.refused += processes.reduce((sum, { refused }) => sum + refused, 0);
        for (const [sender, limit] of [
          ['slow', { ratePerSecond: 1, burst: loosest.slowBurst }],
          ['quick', { ratePerSecond: 8, burst: 20 }],
        ] as const) {
          const own = processes.flatMap((each) => each.departures(sender));
          departed[sender] += own.length;
          expect(excessInWorstWindow(own, limit)).toBeLessThan(rounding);
        }
      }),
      { numRuns: 600 },
    );
    // Else it would hold because nobody sent anything.
    expect(departed.all).toBeGreaterThan(5_000);
    for (const count of [departed.slow, departed.quick, departed.refused]) expect(count).toBeGreaterThan(500);
  });

  test('when its limiter ended while it was full and began anew', () => {
    let ended = 0;
    fc.assert(
      fc.property(
        history,
        fc.constantFrom(0, nowTokenLifeMs, leaseLifeMs),
        moment,
        ({ ratePerSecond, burst, seed, steps }, lifeMs, moreMs) => {
          const current: RateLimits = { ...limits, ratePerSecond, burst, senders: sendersOf(3) };
          const state = begun(current);
          const process = new HonestProcess('a', state, { draw: drawsFrom(seed), givenUp: 0.1, late: 1 });
          let nowMs = startMs;
          for (const { afterMs, deed: what } of steps.slice(0, 4)) {
            nowMs += afterMs;
            if (what.kind === 'ask') process.ask(what.wants, current, nowMs, what);
          }
          nowMs += lifeMs + moreMs;
          if (!fullAt(state, nowMs)) return;
          ended += 1;
          const anew = ask(newRateLimiterState(current, nowMs), burst + 5, nowMs, { limits: current, wantsLease: true });
          const old = ask(state, burst + 5, nowMs, { limits: current, wantsLease: true });
          expect(freeOf(anew)).toBe(freeOf(old));
          anew.waitsMs.forEach((waitMs, index) => expect(waitMs).toBeGreaterThanOrEqual((old.waitsMs[index] as number) - rounding));
        },
      ),
      { numRuns: 400 },
    );
    expect(ended).toBeGreaterThan(50);
  });

  test('after an outage in which booked slots were missed: those are asked for anew, behind what is booked', () => {
    const state = begun();
    const outageMs = 60_000;
    const booked = ask(state, 1_000, startMs).waitsMs.filter((waitMs) => waitMs > 0);
    const missed = booked.filter((waitMs) => waitMs < outageMs);
    const again = ask(state, missed.length, startMs + outageMs).waitsMs;
    const departures = [...booked.filter((waitMs) => waitMs >= outageMs), ...again.map((waitMs) => outageMs + waitMs)];
    expect(missed.length).toBeGreaterThan(500);
    expect(
      excessInWorstWindow(
        departures.map((atMs) => ({ atMs, cost: 1 })),
        limits,
      ),
    ).toBeLessThan(rounding);
  });
});

describe('a workspace gets what it is entitled to', () => {
  test('a burst again after a pause, though nobody asked in between', () => {
    const state = begun();
    ask(state, 50, startMs);
    const after = ask(state, 50, startMs + 30_000, { lastUseAgoMs: 29_900 });
    expect(freeOf(after)).toBe(50);
  });

  test('a burst of 200 leaves as 50 at once and then 10 a second', () => {
    const { waitsMs } = ask(begun(), 200, startMs);
    const calendar = Array.from({ length: 200 }, (_, index) => (index < 50 ? 0 : (index - 49) * 100));
    expect(waitsMs.map((waitMs) => Math.round(waitMs))).toEqual(calendar);
  });

  test('the full rate, when there is always something to send', () => {
    const state = begun();
    const processes = [new HonestProcess('a', state, punctual), new HonestProcess('b', state, punctual)];
    const seconds = 120;
    for (let second = 0; second < seconds; second += 1) {
      for (const process of processes) {
        process.sendFromLease(5, limits, startMs + second * 1_000);
        process.ask(wants(6, { lane: 'normal' }), limits, startMs + second * 1_000, { wantsLease: true });
      }
    }
    const leftInTime = processes.flatMap((process) => process.departures()).filter(({ atMs }) => atMs < startMs + seconds * 1_000);
    // All but the tokens that the two may hold for later.
    expect(leftInTime.length).toBeGreaterThanOrEqual(limits.burst + limits.ratePerSecond * seconds - leaseTokensMax - 1);
  });

  test('one message every 100 ms never waits', () => {
    const state = begun();
    const process = new HonestProcess('a', state, punctual);
    const askedAt = Array.from({ length: 300 }, (_, index) => startMs + index * 100);
    for (const nowMs of askedAt) process.ask(wants(1), limits, nowMs);
    expect(process.departures().map(({ atMs }) => atMs)).toEqual(askedAt);
  });

  test('what a dead process holds comes back when its time is over, as if used in the last moment', () => {
    const state = begun();
    ask(state, 50, startMs, { holder: 'dead' });
    const freeAfter = (milliseconds: number) =>
      freeOf(ask(structuredClone(state), 60, startMs + nowTokenLifeMs + milliseconds, { holder: 'b' }));
    expect([-1, 99, 100, 1_000, 5_000, 60_000].map(freeAfter)).toEqual([0, 0, 1, 10, 50, 50]);
  });

  test('what a process still holds stays out of the burst, however often it says so', () => {
    const state = begun();
    ask(state, 20, startMs, { wantsLease: true });
    for (let second = 1; second <= 5; second += 1) ask(state, 0, startMs + second * 1_000, { nowUnused: 20, leaseUnused: 10 });
    expect(freeOf(ask(state, 50, startMs + 5_000, { holder: 'b' }))).toBe(20);
  });

  test('reporting tokens as used moves no later message: the next slot stays where it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 30 }),
        fc.nat({ max: 3_000 }),
        fc.nat({ max: 50 }),
        (held, booked, laterMs, used) => {
          const state = begun();
          ask(state, held, startMs, { holder: 'b' });
          ask(state, 50 - held + booked, startMs);
          const nowMs = startMs + Math.min(laterMs, booked * 100);
          const unreported = ask(structuredClone(state), 1, nowMs, { nowUnused: 50 });
          const nowUnused = Math.max(0, 50 - held - used);
          expect(ask(structuredClone(state), 1, nowMs, { nowUnused }).waitsMs[0]).toBeCloseTo(unreported.waitsMs[0] as number, 3);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a lease', () => {
  const leased = (state: RateLimiterState, fields: Partial<ReserveRequest> = {}, nowMs = startMs) =>
    ask(state, 0, nowMs, { wantsLease: true, ...fields }).leased;

  test('is filled up to ten tokens, and only for who wants one', () => {
    const wide = { limits: { ...limits, burst: 200 } };
    const state = begun(wide.limits);
    expect(leased(state, { ...wide, wantsLease: false })).toBe(0);
    expect(leased(state, wide)).toBe(10);
    expect(leased(state, { ...wide, leaseUnused: 7 })).toBe(3);
  });

  test('is never more than a fifth of the burst over all processes', () => {
    const state = begun({ ...limits, burst: 75 });
    const wide = { limits: { ...limits, burst: 75 } };
    expect([leased(state, wide), leased(state, { ...wide, holder: 'b' }), leased(state, { ...wide, holder: 'c' })]).toEqual([10, 5, 0]);
    expect(leased(begun({ ...limits, burst: 4 }))).toBe(0);
  });

  test('takes its tokens out of the burst until they are used or its time is over', () => {
    const state = begun();
    leased(state, { holder: 'b' });
    expect(freeOf(ask(structuredClone(state), 50, startMs))).toBe(40);
    expect(freeOf(ask(structuredClone(state), 50, startMs + leaseLifeMs - 1))).toBe(40);
    expect(freeOf(ask(structuredClone(state), 50, startMs + leaseLifeMs + 1_000))).toBe(50);
  });

  test('is not filled while messages wait', () => {
    const state = begun();
    ask(state, 51, startMs);
    expect(leased(state, { nowUnused: 50 })).toBe(0);
  });
});

describe('a change of the limits', () => {
  test('to a slower rate keeps what is owed: the same backlog lasts longer', () => {
    const state = begun();
    ask(state, 50, startMs);
    const slower = { limits: { ...limits, ratePerSecond: 5, epoch: 2 } };
    const { waitsMs, limitsEpoch } = ask(state, 3, startMs, slower);
    expect([...waitsMs.map(Math.round), limitsEpoch]).toEqual([200, 400, 600, 2]);
    // 50 used and 3 booked at 5 a second: full again after 10.6 s, not after 5.3 s.
    expect(freeOf(ask(structuredClone(state), 50, startMs + 10_500, slower))).toBe(49);
    expect(freeOf(ask(structuredClone(state), 50, startMs + 10_600, slower))).toBe(50);
  });

  test('to a smaller burst holds at once', () => {
    const smaller = { limits: { ...limits, burst: 5, epoch: 2 } };
    expect(freeOf(ask(begun(), 50, startMs, smaller))).toBe(5);
  });

  test('is not undone by a process that still reads the old limits', () => {
    const state = begun({ ...limits, burst: 5, epoch: 2 });
    const answer = ask(state, 50, startMs, { limits });
    expect([freeOf(answer), answer.limitsEpoch]).toEqual([5, 2]);
  });
});

test('a bucket is not full while a token is held or booked, nor before tokens whose time was over are paid for', () => {
  const state = begun();
  expect(fullAt(state, startMs)).toBe(true);
  ask(state, 20, startMs);
  expect(fullAt(state, startMs + nowTokenLifeMs - 1)).toBe(false);
  // They may have been used at their last moment.
  expect(fullAt(state, startMs + nowTokenLifeMs + 1_999)).toBe(false);
  expect(fullAt(state, startMs + nowTokenLifeMs + 2_000)).toBe(true);
  ask(state, 51, startMs + nowTokenLifeMs + 2_000);
  ask(state, 0, startMs + nowTokenLifeMs + 2_000);
  expect(fullAt(state, startMs + nowTokenLifeMs + 7_099)).toBe(false);
  expect(fullAt(state, startMs + nowTokenLifeMs + 7_100)).toBe(true);
});

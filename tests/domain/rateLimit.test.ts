import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdingSafetyMs, leaseBurstShareMax, leaseLifeMs, leaseTokensMax, nowTokenLifeMs } from '../../domain/limits.js';
import { isFull, newRateLimiterState, reserve, type RateLimiterState, type RateLimits, type ReserveRequest } from '../../domain/rateLimit.js';

const t0 = 1_700_000_000_000;
const limits: RateLimits = { ratePerSecond: 10, burst: 50, epoch: 1 };

function request(fields: Partial<ReserveRequest> = {}): ReserveRequest {
  return { holder: 'a', lanes: [], leaseUnused: 0, nowUnused: 0, missed: 0, wantsLease: false, limits, ...fields };
}

const lanes = (count: number, lane: 'normal' | 'bulk' = 'normal') => new Array<typeof lane>(count).fill(lane);

/** The waits of `count` tokens asked at once. */
function take(state: RateLimiterState, count: number, nowMs: number, fields: Partial<ReserveRequest> = {}): number[] {
  return reserve(state, request({ ...fields, lanes: lanes(count) }), nowMs).waitsMs;
}

const free = (waits: number[]) => waits.filter((wait) => wait === 0).length;

/**
 * How many messages too many left in the worst window: at most `burst` + rate × (w + 0.25 s) may leave in any window of
 * w seconds. Windows begin and end with a departure, which is where a count is highest for its length.
 */
function excessOf(departuresMs: number[], { ratePerSecond, burst }: Pick<RateLimits, 'ratePerSecond' | 'burst'>): number {
  let worst = Number.NEGATIVE_INFINITY;
  let leastBefore = Number.POSITIVE_INFINITY;
  [...departuresMs]
    .sort((a, b) => a - b)
    .forEach((atMs, index) => {
      const ahead = index - (atMs / 1_000) * ratePerSecond;
      leastBefore = Math.min(leastBefore, ahead);
      worst = Math.max(worst, ahead - leastBefore + 1 - (burst + slackMs(ratePerSecond) / 1_000 * ratePerSecond));
    });
  return worst;
}

const slackMs = (rate: number) => Math.max(250, 1_000 / rate);

/** One message's right to leave, and what becomes of it. */
interface Plan {
  /** When it leaves or is given up; until then its process reports it as unused. */
  endsAtMs: number;
  leaves: boolean;
}

/**
 * A process as the limiter may rely on: it reports what it really has not used, uses nothing after its life is over, and
 * waits for its slots. When it dies, what it holds is never used and never reported.
 */
class Holder {
  private lease = { tokens: 0, usableUntilMs: 0, plans: [] as Plan[] };
  private now: Plan[] = [];
  private slots: Plan[] = [];
  private isDead = false;

  constructor(
    readonly name: string,
    private readonly state: RateLimiterState,
    /** A number from 0 to 1, drawn anew at each call. */
    private readonly draw: () => number,
  ) {}

  ask(count: number, wantsLease: boolean, asked: RateLimits, nowMs: number): void {
    if (this.isDead) return;
    if (nowMs >= this.lease.usableUntilMs) this.lease.tokens = 0;
    const unused = (plans: Plan[]) => plans.filter((plan) => plan.endsAtMs > nowMs).length;
    const answer = reserve(
      this.state,
      request({
        holder: this.name,
        lanes: lanes(count),
        leaseUnused: this.lease.tokens + unused(this.lease.plans),
        nowUnused: unused(this.now),
        wantsLease,
        limits: asked,
      }),
      nowMs,
    );
    this.lease.tokens += answer.leased;
    if (answer.leased > 0) this.lease.usableUntilMs = nowMs + leaseLifeMs - holdingSafetyMs;
    for (const waitMs of answer.waitsMs) {
      if (waitMs === 0) this.now.push(this.plan(nowMs, nowTokenLifeMs - holdingSafetyMs));
      // A slot is used within 250 ms of its time or never.
      else this.slots.push({ endsAtMs: nowMs + waitMs + this.draw() * (slackMs(asked.ratePerSecond) - 1_000 / asked.ratePerSecond), leaves: this.draw() < 0.9 });
    }
  }

  /** Takes up to `count` messages' tokens out of the lease. */
  sendFromLease(count: number, nowMs: number): void {
    if (this.isDead || nowMs >= this.lease.usableUntilMs) return;
    for (let index = 0; index < count && this.lease.tokens > 0; index += 1) {
      this.lease.tokens -= 1;
      this.lease.plans.push(this.plan(nowMs, this.lease.usableUntilMs - nowMs));
    }
  }

  die(nowMs: number): void {
    this.isDead = true;
    for (const plan of this.plans()) if (plan.endsAtMs > nowMs) plan.leaves = false;
  }

  departures(): number[] {
    return this.plans().flatMap((plan) => (plan.leaves ? [plan.endsAtMs] : []));
  }

  private plans(): Plan[] {
    return [...this.lease.plans, ...this.now, ...this.slots];
  }

  /** Most leave soon, some after a long time, a few are given up. */
  private plan(nowMs: number, lifeMs: number): Plan {
    const late = this.draw();
    const delayMs = late < 0.6 ? late * 100 : late < 0.8 ? late * 5_000 : this.draw() * lifeMs;
    return { endsAtMs: nowMs + Math.min(delayMs, lifeMs - 1), leaves: this.draw() < 0.9 };
  }
}

const step = fc.record({
  afterMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 300 }) },
    { weight: 3, arbitrary: fc.integer({ min: 300, max: 8_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 8_000, max: leaseLifeMs + 60_000 }) },
  ),
  holder: fc.nat({ max: 2 }),
  does: fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('ask' as const), count: fc.nat({ max: 60 }), wantsLease: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('lease' as const), count: fc.integer({ min: 1, max: 10 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('newBurst' as const), burst: fc.integer({ min: 1, max: 80 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const) }) },
  ),
});

describe('the limit', () => {
  test('holds in every sliding window, whatever processes do with their tokens', () => {
    let departed = 0;
    fc.assert(
      fc.property(
        fc.record({
          ratePerSecond: fc.constantFrom(1, 3, 10, 40),
          burst: fc.integer({ min: 1, max: 80 }),
          holders: fc.integer({ min: 1, max: 3 }),
          seed: fc.integer(),
          steps: fc.array(step, { minLength: 1, maxLength: 60 }),
        }),
        ({ ratePerSecond, burst, holders: count, seed, steps }) => {
          const draw = drawsFrom(seed);
          let current: RateLimits = { ratePerSecond, burst, epoch: 1 };
          let burstMax = burst;
          const state = newRateLimiterState(current);
          const holders = Array.from({ length: count }, (_, index) => new Holder(`process-${index}`, state, draw));
          let nowMs = t0;
          for (const { afterMs, holder: index, does } of steps) {
            nowMs += afterMs;
            const holder = holders[index % count] as Holder;
            if (does.kind === 'ask') holder.ask(does.count, does.wantsLease, current, nowMs);
            else if (does.kind === 'lease') holder.sendFromLease(does.count, nowMs);
            else if (does.kind === 'die') holder.die(nowMs);
            else {
              current = { ratePerSecond, burst: does.burst, epoch: current.epoch + 1 };
              burstMax = Math.max(burstMax, does.burst);
            }
          }
          const departures = holders.flatMap((holder) => holder.departures());
          departed += departures.length;
          expect(excessOf(departures, { ratePerSecond, burst: burstMax })).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 20000 },
    );
    expect(departed).toBeGreaterThan(1_000);
  });
});

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function drawsFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

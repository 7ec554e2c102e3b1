import { holdingSafetyMs, leaseLifeMs, nowTokenLifeMs } from '../../domain/limits.js';
import type { Priority } from '../../domain/priority.js';
import { type RateLimiterState, type RateLimits, reserve } from '../../domain/rateLimit.js';
import { slackMs } from './slidingWindow.js';

/** A right to send, and what becomes of it. */
interface Plan {
  /** When its message leaves, or gives the right up; until then it is reported as unused. */
  endsAtMs: number;
  leaves: boolean;
}

export interface Habits {
  /** A number from 0 to 1, drawn anew at each call. */
  draw: () => number;
  /** Share of rights that are given up instead of used. */
  givenUp: number;
  /** Share of held tokens that are used late, most of them towards the end of their time. */
  late: number;
}

/** A punctual process that uses all it gets. */
export const punctual: Habits = { draw: () => 0, givenUp: 0, late: 0 };

/**
 * A process as the limiter may rely on: it reports what it really has not used, uses nothing whose life is over, and
 * waits for its slots. What it holds when it dies is never used and never reported.
 */
export class HonestProcess {
  private lease = { tokens: 0, usableUntilMs: 0, plans: [] as Plan[] };
  private readonly now: Plan[] = [];
  private readonly slots: Plan[] = [];
  private isDead = false;

  constructor(
    private readonly name: string,
    private readonly state: RateLimiterState,
    private readonly habits: Habits,
  ) {}

  ask(count: number, limits: RateLimits, nowMs: number, { wantsLease = false, lane = 'normal' as Priority } = {}): void {
    if (this.isDead) return;
    if (nowMs >= this.lease.usableUntilMs) this.lease.tokens = 0;
    const answer = reserve(
      this.state,
      {
        holder: this.name,
        lanes: new Array<Priority>(count).fill(lane),
        leaseUnused: this.lease.tokens + unused(this.lease.plans, nowMs),
        nowUnused: unused(this.now, nowMs),
        lastUseAgoMs: 0,
        wantsLease,
        limits,
      },
      nowMs,
    );
    this.lease.tokens += answer.leased;
    if (answer.leased > 0) this.lease.usableUntilMs = nowMs + leaseLifeMs - holdingSafetyMs;
    const intervalMs = 1_000 / limits.ratePerSecond;
    for (const waitMs of answer.waitsMs) {
      if (waitMs === 0) this.now.push(this.heldToken(nowMs, nowTokenLifeMs - holdingSafetyMs));
      // A little late, as machines are. A slot that is given up is missed: nobody gives it back.
      else
        this.slots.push({
          endsAtMs: nowMs + waitMs + this.habits.draw() * (slackMs(limits.ratePerSecond) - intervalMs),
          leaves: this.isUsed(),
        });
    }
  }

  /** Sends up to `count` messages by tokens of the lease. */
  sendFromLease(count: number, nowMs: number): void {
    if (this.isDead || nowMs >= this.lease.usableUntilMs) return;
    for (let sent = 0; sent < count && this.lease.tokens > 0; sent += 1) {
      this.lease.tokens -= 1;
      this.lease.plans.push(this.heldToken(nowMs, this.lease.usableUntilMs - nowMs));
    }
  }

  die(nowMs: number): void {
    this.isDead = true;
    for (const plan of this.plans()) if (plan.endsAtMs > nowMs) plan.leaves = false;
  }

  /** When its messages left or will leave, epoch milliseconds. */
  departures(): number[] {
    return this.plans().flatMap(({ endsAtMs, leaves }) => (leaves ? [endsAtMs] : []));
  }

  private plans(): Plan[] {
    return [...this.lease.plans, ...this.now, ...this.slots];
  }

  private isUsed(): boolean {
    return this.habits.draw() >= this.habits.givenUp;
  }

  private heldToken(nowMs: number, lifeMs: number): Plan {
    const { draw, late } = this.habits;
    const delayMs = draw() < late ? lifeMs * (1 - draw() ** 3) : draw() * 100;
    return { endsAtMs: nowMs + Math.min(delayMs, lifeMs - 1), leaves: this.isUsed() };
  }
}

function unused(plans: readonly Plan[], nowMs: number): number {
  return plans.filter(({ endsAtMs }) => endsAtMs > nowMs).length;
}

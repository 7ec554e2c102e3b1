import { holdingSafetyMs, leaseLifeMs, nowTokenLifeMs } from '../../domain/limits.js';
import type { RateLimits, Want } from '../../domain/rateLimit.js';
import type { RateLimiterState } from '../../domain/rateLimiterState.js';
import { reserve } from '../../domain/reserve.js';
import { type Departure, slackMs } from './slidingWindow.js';

/** A right to send, and what becomes of it. */
interface Plan {
  /** When its message leaves, or gives the right up; until then it is reported as unused. */
  endsAtMs: number;
  leaves: boolean;
  cost: number;
  /** What it counts as in its sender's own limit. */
  senderCost: number;
  sender: string | undefined;
  limitsEpoch: number;
}

export interface Habits {
  /** A number from 0 to 1, drawn anew at each call. */
  draw: () => number;
  /** Share of rights that are given up instead of used. */
  givenUp: number;
  /** Share of held tokens that are used late, most of them towards the end of their time. */
  late: number;
  /** Late ones are used within this time, milliseconds; within their life where it is not named. */
  lateWithinMs?: number;
}

/** A punctual process that uses all it gets. */
export const punctual: Habits = { draw: () => 0, givenUp: 0, late: 0 };

/**
 * A process as the limiter may rely on: it reports what it really has not used, uses nothing whose life is over or whose
 * limits are old, and waits for its slots. What it holds when it dies is never used and never reported.
 */
export class HonestProcess {
  private lease = { tokens: 0, usableUntilMs: 0, epoch: 0, plans: [] as Plan[] };
  private readonly now: Plan[] = [];
  private readonly slots: Plan[] = [];
  private isDead = false;
  /** How many were told to come later. */
  refused = 0;

  constructor(
    private readonly name: string,
    private readonly state: RateLimiterState,
    private readonly habits: Habits,
  ) {}

  ask(wants: Want[], limits: RateLimits, nowMs: number, { wantsLease = false } = {}): void {
    if (this.isDead) return;
    if (nowMs >= this.lease.usableUntilMs || this.lease.epoch < limits.epoch) this.lease.tokens = 0;
    const sendersUnused: Record<string, number> = {};
    for (const { sender, senderCost } of open(this.now, nowMs)) {
      if (sender) sendersUnused[sender] = (sendersUnused[sender] ?? 0) + senderCost;
    }
    const answer = reserve(
      this.state,
      {
        holder: this.name,
        wants,
        leaseUnused: this.lease.tokens + unused(this.lease.plans, nowMs),
        nowUnused: unused(this.now, nowMs),
        sendersUnused,
        lastUseAgoMs: 0,
        wantsLease,
        limits,
      },
      nowMs,
    );
    if (answer.leased > 0) {
      this.lease.tokens += answer.leased;
      this.lease.usableUntilMs = nowMs + leaseLifeMs - holdingSafetyMs;
      this.lease.epoch = answer.limitsEpoch;
    }
    answer.turns.forEach(({ booked, waitMs }, index) => {
      const { cost, sender } = wants[index] as Want;
      const terms = {
        cost: Math.min(cost, limits.burst),
        senderCost: Math.min(cost, limits.senders[sender ?? '']?.burst ?? cost),
        sender,
        limitsEpoch: answer.limitsEpoch,
      };
      if (!booked) this.refused += 1;
      else if (waitMs === 0) this.now.push({ ...terms, ...this.heldToken(nowMs, nowTokenLifeMs - holdingSafetyMs) });
      else {
        // A little late, as machines are. A slot that is given up is missed: nobody gives it back.
        const rates = [limits.ratePerSecond, limits.senders[sender ?? '']?.ratePerSecond ?? limits.ratePerSecond];
        const lateMs = this.habits.draw() * Math.min(...rates.map((rate) => slackMs(rate) - 1_000 / rate));
        this.slots.push({ ...terms, endsAtMs: nowMs + waitMs + lateMs, leaves: this.isUsed() });
      }
    });
  }

  /** Sends up to `count` messages by tokens of the lease. */
  sendFromLease(count: number, limits: RateLimits, nowMs: number): void {
    if (this.isDead || nowMs >= this.lease.usableUntilMs || this.lease.epoch < limits.epoch) return;
    for (let sent = 0; sent < count && this.lease.tokens > 0; sent += 1) {
      this.lease.tokens -= 1;
      const token = this.heldToken(nowMs, this.lease.usableUntilMs - nowMs);
      this.lease.plans.push({ cost: 1, senderCost: 1, sender: undefined, limitsEpoch: this.lease.epoch, ...token });
    }
  }

  /** Limits have changed: what was given before is void in the attempt transaction, from this moment on. */
  void(epoch: number, nowMs: number): void {
    for (const plan of this.plans()) if (plan.limitsEpoch < epoch && plan.endsAtMs > nowMs) plan.leaves = false;
  }

  die(nowMs: number): void {
    this.isDead = true;
    for (const plan of this.plans()) if (plan.endsAtMs > nowMs) plan.leaves = false;
  }

  /** When its messages left or will leave, with what they count as; of all or of one sender. */
  departures(ofSender?: string): Departure[] {
    return this.plans().flatMap(({ endsAtMs: atMs, leaves, cost, senderCost, sender }) => {
      if (!leaves) return [];
      if (ofSender === undefined) return [{ atMs, cost }];
      return ofSender === sender ? [{ atMs, cost: senderCost }] : [];
    });
  }

  private plans(): Plan[] {
    return [...this.lease.plans, ...this.now, ...this.slots];
  }

  private isUsed(): boolean {
    return this.habits.draw() >= this.habits.givenUp;
  }

  private heldToken(nowMs: number, lifeMs: number): { endsAtMs: number; leaves: boolean } {
    const { draw, late, lateWithinMs = lifeMs } = this.habits;
    const delayMs = draw() < late ? lateWithinMs * (1 - draw() ** 3) : draw() * 100;
    return { endsAtMs: nowMs + Math.min(delayMs, lifeMs - 1), leaves: this.isUsed() };
  }
}

const open = (plans: readonly Plan[], nowMs: number) => plans.filter(({ endsAtMs }) => endsAtMs > nowMs);

function unused(plans: readonly Plan[], nowMs: number): number {
  return open(plans, nowMs).reduce((sum, { cost }) => sum + cost, 0);
}

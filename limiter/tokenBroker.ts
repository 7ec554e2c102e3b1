import { randomUUID } from 'node:crypto';
import { holdingSafetyMs, leaseLifeMs, nowTokenLifeMs, reserveBatchMax, reserveBatchWindowMs, slotValidityMs } from '../domain/limits.js';
import type { SendToken } from '../domain/message.js';
import type { Priority } from '../domain/priority.js';
import type { RateLimits, ReserveAnswer, ReserveRequest } from '../domain/rateLimit.js';

/** Asks a workspace's limiter. `askedAt` is the monotonic time of the question that was answered. */
export type AskLimiter = (workspaceId: string, request: ReserveRequest) => Promise<{ answer: ReserveAnswer; askedAt: number }>;

/**
 * A right to send one message that this process holds. It is kept out of the workspace's burst until it is `used` or
 * `dropped`, so it may be used late without breaking the limit.
 */
export interface Permit {
  readonly limitsEpoch: number;
  /** False once it is too old; then it must be dropped. */
  isGood(): boolean;
  /** The message leaves now. */
  used(): void;
  /** It is not used by who has it: the next message of this process may have it. */
  drop(): void;
}

export type Grant = { kind: 'permit'; permit: Permit } | { kind: 'slot'; token: SendToken };

interface Job {
  lane: Priority;
  resolve(grant: Grant): void;
  reject(error: unknown): void;
}

interface Account {
  limits: RateLimits;
  waiting: Job[];
  /** A question is under way or about to be: at most one a workspace and process. */
  busy: boolean;
  lease: { tokens: number; usableUntil: number; epoch: number };
  /** Permits handed out and not used, by where they came from; dropped ones wait in `spares`. */
  pending: { lease: Set<Permit>; now: Set<Permit> };
  spares: Permit[];
  /** Monotonic time of the last use of a permit. */
  lastUsedAt: number;
}

/** Workspaces are forgotten, lowest use first, beyond this many. */
const accountsMax = 20_000;

/**
 * Gets the right to send from the workspaces' rateLimiter workflows for this process: groups what is asked within a
 * few milliseconds into one question, keeps one a workspace in flight, and serves sparse traffic from a small lease.
 * Times inside are monotonic; booked slots carry wall-clock times, because they travel through workflow histories.
 */
export class TokenBroker {
  private readonly accounts = new Map<string, Account>();
  private readonly holder = randomUUID();
  /** Counters since start: questions asked, grants, grants served from leases. */
  readonly counts = { asked: 0, granted: 0, leased: 0 };

  constructor(private readonly ask: AskLimiter) {}

  /**
   * The right to send one message: a permit, or a slot that is still to come. A booked slot that is missed is
   * wasted. Rejects as `ask` does.
   */
  acquire(workspaceId: string, lane: Priority, limits: RateLimits): Promise<Grant> {
    const account = this.accountOf(workspaceId, limits);
    this.counts.granted += 1;
    const spare = takeSpare(account);
    if (spare) return Promise.resolve({ kind: 'permit', permit: spare });
    if (lane !== 'bulk' && this.leaseIsGood(account)) {
      this.counts.leased += 1;
      account.lease.tokens -= 1;
      return Promise.resolve({ kind: 'permit', permit: permitFrom(account, 'lease', account.lease.epoch, account.lease.usableUntil) });
    }
    return new Promise((resolve, reject) => {
      account.waiting.push({ lane, resolve, reject });
      if (account.busy) return;
      account.busy = true;
      setTimeout(() => void this.flush(workspaceId, account), reserveBatchWindowMs);
    });
  }

  private accountOf(workspaceId: string, limits: RateLimits): Account {
    const known = this.accounts.get(workspaceId);
    if (known) {
      // Moved to the end: a Map forgets from its front.
      this.accounts.delete(workspaceId);
      this.accounts.set(workspaceId, known);
      if (limits.epoch > known.limits.epoch) known.limits = limits;
      return known;
    }
    const account: Account = {
      limits,
      waiting: [],
      busy: false,
      lease: { tokens: 0, usableUntil: 0, epoch: limits.epoch },
      pending: { lease: new Set(), now: new Set() },
      spares: [],
      lastUsedAt: 0,
    };
    this.accounts.set(workspaceId, account);
    for (const [id, { busy }] of this.accounts) {
      if (this.accounts.size <= accountsMax) break;
      if (!busy) this.accounts.delete(id);
    }
    return account;
  }

  private leaseIsGood({ lease, limits }: Account): boolean {
    return lease.tokens > 0 && lease.epoch >= limits.epoch && performance.now() < lease.usableUntil;
  }

  private async flush(workspaceId: string, account: Account): Promise<void> {
    while (account.waiting.length > 0) {
      const jobs = account.waiting.splice(0, reserveBatchMax);
      try {
        await this.grantBatch(workspaceId, account, jobs);
      } catch (error) {
        for (const job of jobs) job.reject(error);
      }
    }
    account.busy = false;
  }

  private async grantBatch(workspaceId: string, account: Account, jobs: Job[]): Promise<void> {
    const { lease, pending, limits } = account;
    if (!this.leaseIsGood(account)) lease.tokens = 0;
    this.counts.asked += 1;
    const { answer, askedAt } = await this.ask(workspaceId, {
      holder: this.holder,
      lanes: jobs.map((job) => job.lane),
      leaseUnused: lease.tokens + heldIn(pending.lease),
      nowUnused: heldIn(pending.now),
      lastUseAgoMs: performance.now() - account.lastUsedAt,
      wantsLease: jobs.some((job) => job.lane !== 'bulk'),
      limits,
    });
    const now = Date.now();
    if (answer.leased > 0) {
      lease.tokens += answer.leased;
      lease.usableUntil = askedAt + leaseLifeMs - holdingSafetyMs;
      lease.epoch = answer.limitsEpoch;
    }
    jobs.forEach((job, index) => {
      const waitMs = answer.waitsMs[index] ?? 0;
      if (waitMs <= 0) {
        job.resolve({ kind: 'permit', permit: permitFrom(account, 'now', answer.limitsEpoch, askedAt + nowTokenLifeMs - holdingSafetyMs) });
      } else {
        const notBeforeMs = now + waitMs;
        job.resolve({ kind: 'slot', token: { notBeforeMs, goodUntilMs: notBeforeMs + slotValidityMs, limitsEpoch: answer.limitsEpoch } });
      }
    });
  }
}

function permitFrom(account: Account, origin: 'lease' | 'now', limitsEpoch: number, usableUntil: number): Permit {
  let open = true;
  const close = (): void => {
    open = false;
    account.pending[origin].delete(permit);
  };
  const permit: Permit = {
    limitsEpoch,
    isGood: () => open && performance.now() < usableUntil,
    used: () => {
      if (open) account.lastUsedAt = performance.now();
      close();
    },
    drop: () => {
      if (permit.isGood()) account.spares.push(permit);
      else close();
    },
  };
  account.pending[origin].add(permit);
  return permit;
}

/** How many may still be used. Whoever forgets to close one must not keep it out of the burst for ever. */
function heldIn(permits: Set<Permit>): number {
  for (const permit of permits) if (!permit.isGood()) permits.delete(permit);
  return permits.size;
}

/** A dropped permit that still holds; those that don't are given up. */
function takeSpare(account: Account): Permit | undefined {
  for (;;) {
    const spare = account.spares.pop();
    if (!spare) return undefined;
    if (spare.isGood() && spare.limitsEpoch >= account.limits.epoch) return spare;
    spare.used();
  }
}

import { randomUUID } from 'node:crypto';
import { holdingSafetyMs, leaseLifeMs, nowTokenLifeMs, reserveBatchMax, reserveBatchWindowMs, slotValidityMs } from '../domain/limits.js';
import type { SendToken } from '../domain/message.js';
import type { Priority } from '../domain/priority.js';
import type { RateLimits, ReserveAnswer, ReserveRequest, Turn } from '../domain/rateLimit.js';
import type { Asked } from '../domain/submission.js';
import { type Permit, Permits } from './permits.js';
import { WaitingLine } from './waitingLine.js';

/** Asks a workspace's limiter. `askedAt` is the monotonic time of the question that was answered. */
export type AskLimiter = (workspaceId: string, request: ReserveRequest) => Promise<{ answer: ReserveAnswer; askedAt: number }>;

/** A message that wants its turn. */
export interface TurnRequest {
  lane: Priority;
  /** Tokens that it takes: 1, or its segments. */
  cost: number;
  /** Id of its sender. */
  sender: string;
  /** How often it asked before and was told to come later, and how long it has waited for that. */
  returning: Asked;
}

/** A right to use at once, a slot that is still to come, or `later`: ask again after `waitMs`, the estimated turn. */
export type Grant = { kind: 'permit'; permit: Permit } | { kind: 'slot'; token: SendToken } | { kind: 'later'; waitMs: number };

interface Job extends TurnRequest {
  /** Its sender, where that has a limit of its own. */
  limited: string | undefined;
  resolve(grant: Grant): void;
  reject(error: unknown): void;
}

interface Account {
  limits: RateLimits;
  waiting: Job[];
  /** A question is under way or about to be: at most one a workspace and process. */
  busy: boolean;
  lease: { tokens: number; usableUntil: number; epoch: number };
  permits: Permits;
  /** Those told to come later, by lane, and by sender where that has a limit of its own. */
  lines: Map<string, WaitingLine>;
  /** Processes that share what comes later. */
  processes: number;
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
  constructor(
    private readonly ask: AskLimiter,
    private readonly draw: () => number = Math.random,
    /** Told of each question, and of each grant by where it came from. */
    private readonly note: (what: 'question' | 'asked' | 'lease' | 'spare') => void = () => undefined,
    /** Epoch milliseconds: what a booked slot carries, others read. */
    private readonly wallNow: () => number = () => Date.now(),
  ) {}

  /**
   * A booked slot whose time has come, as a permit that is good until the slot is missed. Dropped before, it serves the next
   * message of this process: whoever finds that it may not leave yet wastes nobody's time.
   */
  redeem(workspaceId: string, { limitsEpoch, goodUntilMs }: SendToken, request: TurnRequest, limits: RateLimits): Permit {
    const account = this.accountOf(workspaceId, limits);
    const { cost, limited } = termsOf(account, request);
    const usableUntil = performance.now() + goodUntilMs - this.wallNow();
    return account.permits.issue({ origin: 'slot', cost, sender: limited, limitsEpoch, usableUntil });
  }

  /**
   * The right to send one message: a permit, a slot that is still to come, or when to come later. A booked slot that is
   * missed is wasted. Rejects as `ask` does.
   */
  acquire(workspaceId: string, request: TurnRequest, limits: RateLimits): Promise<Grant> {
    const account = this.accountOf(workspaceId, limits);
    const { lease, permits } = account;
    const { cost, limited } = termsOf(account, request);
    const spare = permits.takeSpare(cost, limited, account.limits.epoch);
    if (spare) {
      this.note('spare');
      return Promise.resolve({ kind: 'permit', permit: spare });
    }
    if (request.lane !== 'bulk' && limited === undefined && lease.tokens >= cost && this.leaseIsGood(account)) {
      this.note('lease');
      lease.tokens -= cost;
      const terms = { origin: 'lease', cost, sender: undefined, limitsEpoch: lease.epoch, usableUntil: lease.usableUntil } as const;
      return Promise.resolve({ kind: 'permit', permit: permits.issue(terms) });
    }
    const now = performance.now();
    const line = lineOf(account, request.lane, limited);
    if (request.returning.times === 0 && line?.isFull(now))
      return Promise.resolve({ kind: 'later', waitMs: line.join(now, 0, spanMs(account, cost, limited)) });
    return new Promise((resolve, reject) => {
      account.waiting.push({ ...request, cost, limited, resolve, reject });
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
      if (limits.epoch > known.limits.epoch) {
        known.limits = limits;
        // Under other limits the turns are others.
        known.lines.clear();
      }
      return known;
    }
    const account: Account = {
      limits,
      waiting: [],
      busy: false,
      lease: { tokens: 0, usableUntil: 0, epoch: limits.epoch },
      permits: new Permits(),
      lines: new Map(),
      processes: 1,
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
    const { lease, permits, limits, lines } = account;
    if (!this.leaseIsGood(account)) lease.tokens = 0;
    const unused = permits.unused(limits.epoch);
    this.note('question');
    for (const _job of jobs) this.note('asked');
    const { answer, askedAt } = await this.ask(workspaceId, {
      holder: this.holder,
      wants: jobs.map(({ lane, cost, limited, returning }) => ({
        lane,
        cost,
        ...(limited !== undefined && { sender: limited }),
        earlierAsks: returning.times,
      })),
      leaseUnused: lease.tokens + unused.lease,
      nowUnused: unused.now,
      sendersUnused: unused.senders,
      lastUseAgoMs: performance.now() - permits.lastUsedAt,
      wantsLease: jobs.some(({ lane, limited }) => lane !== 'bulk' && limited === undefined),
      // Who only sends what others told to come back takes no part of the turns.
      givesTurns: jobs.some(({ returning }) => returning.times === 0) || [...lines.values()].some((line) => line.isFull(performance.now())),
      limits,
    });
    account.processes = Math.max(1, answer.processes);
    // Tokens of older limits are void: they must not pass for new ones.
    if (lease.epoch < answer.limitsEpoch) lease.tokens = 0;
    if (answer.leased > 0) {
      lease.tokens += answer.leased;
      lease.usableUntil = askedAt + leaseLifeMs - holdingSafetyMs;
      lease.epoch = answer.limitsEpoch;
    }
    const answeredAtMs = this.wallNow();
    jobs.forEach((job, index) => {
      const turn = answer.turns[index] ?? { booked: true, waitMs: 0 };
      if (turn.booked) lineOf(account, job.lane, job.limited)?.advance(performance.now(), spanMs(account, job.cost, job.limited));
      if (!turn.booked) job.resolve({ kind: 'later', waitMs: this.laterMs(account, job, turn) });
      else if (turn.waitMs > 0) job.resolve({ kind: 'slot', token: slotOf(answeredAtMs + turn.waitMs, answer.limitsEpoch) });
      else {
        const usableUntil = askedAt + nowTokenLifeMs - holdingSafetyMs;
        const { cost, limited } = job;
        const permit = permits.issue({ origin: 'now', cost, sender: limited, limitsEpoch: answer.limitsEpoch, usableUntil });
        job.resolve({ kind: 'permit', permit });
      }
    });
  }

  private laterMs(account: Account, { lane, cost, limited, returning }: Job, { waitMs }: Turn): number {
    const line = lineOf(account, lane, limited);
    if (!line) return waitMs;
    if (returning.times > 0) return line.again(returning, performance.now(), waitMs, this.draw);
    return line.join(performance.now(), waitMs, spanMs(account, cost, limited));
  }
}

/** What a message costs, and its sender where that has a limit of its own. */
function termsOf({ limits }: Account, { cost, sender }: TurnRequest): { cost: number; limited: string | undefined } {
  return { cost: Math.min(cost, limits.burst), limited: limits.senders[sender] && sender };
}

function slotOf(notBeforeMs: number, limitsEpoch: number): SendToken {
  return { notBeforeMs, goodUntilMs: notBeforeMs + slotValidityMs, limitsEpoch };
}

/** Undefined for high, which nobody comes before: of that lane only a heavy message is ever told to come later. */
function lineOf({ lines }: Account, lane: Priority, limited = ''): WaitingLine | undefined {
  if (lane === 'high' && limited === '') return undefined;
  const name = `${lane}/${limited}`;
  let line = lines.get(name);
  if (!line) lines.set(name, (line = new WaitingLine()));
  return line;
}

/** How far apart the turns lie that this process gives: the other processes give as many between. */
function spanMs({ limits, processes }: Account, cost: number, limited: string | undefined): number {
  const ratePerSecond = Math.min(limits.ratePerSecond, limits.senders[limited ?? '']?.ratePerSecond ?? limits.ratePerSecond);
  return ((cost * 1_000) / ratePerSecond) * processes;
}

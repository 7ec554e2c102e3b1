import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { rateLimiterWorkflowId } from '../domain/ids.js';
import { leaseSafetyMs, reserveBatchMax, reserveBatchWindowMs, reserveGiveUpMs, slotValidityMs } from '../domain/limits.js';
import type { SendToken } from '../domain/message.js';
import type { Priority } from '../domain/priority.js';
import type { RateLimits, ReserveAnswer, ReserveRequest } from '../domain/rateLimit.js';
import { taskQueues } from '../domain/taskQueues.js';
import { reserveUpdate } from '../workflows/messages.js';
import type { rateLimiter } from '../workflows/rateLimiter.js';

/** The limiter did not answer in time: wait outside the process and ask again. */
export class LimiterUnavailable extends Error {
  override name = 'LimiterUnavailable';
}

interface Job {
  lane: Priority;
  resolve(token: SendToken): void;
  reject(error: unknown): void;
}

interface Account {
  limits: RateLimits;
  waiting: Job[];
  /** An Update is under way or about to be: at most one a workspace and process. */
  busy: boolean;
  lease: { tokens: number; expiresAt: number; epoch: number };
}

/** A slot that is answered late is still good for this long, so that a slow limiter slows sending but can't stop it. */
const slotUsableMinMs = 50;
/** Workspaces are forgotten, lowest use first, beyond this many. */
const accountsMax = 20_000;

/**
 * Gets send tokens from the workspaces' rateLimiter workflows for this process: groups what is asked within a few
 * milliseconds into one Update, keeps one Update a workspace in flight, and serves sparse traffic from a small lease.
 * Times inside are monotonic; tokens carry wall-clock times, because they travel through workflow histories.
 */
export class TokenBroker {
  private readonly accounts = new Map<string, Account>();
  private readonly holder = randomUUID();
  /** Counters since start: Updates sent, tokens given out, tokens served from leases. */
  readonly counts = { updates: 0, tokens: 0, leased: 0 };

  /** `client` must be on a connection without the SDK's retries. */
  constructor(private readonly client: Client) {}

  /** A token for one message. Throws LimiterUnavailable after `reserveGiveUpMs`. */
  async reserve(workspaceId: string, lane: Priority, limits: RateLimits): Promise<SendToken> {
    const account = this.accountOf(workspaceId, limits);
    this.counts.tokens += 1;
    if (lane !== 'bulk' && this.takeLeased(account)) {
      this.counts.leased += 1;
      const now = Date.now();
      return { notBeforeMs: now, goodUntilMs: now + slotValidityMs, limitsEpoch: account.lease.epoch };
    }
    return new Promise((resolve, reject) => {
      account.waiting.push({ lane, resolve, reject });
      if (account.busy) return;
      account.busy = true;
      setTimeout(() => void this.flush(workspaceId, account), reserveBatchWindowMs);
    });
  }

  /** Gives up a lease after news that the workspace's limits have changed. */
  dropLease(workspaceId: string): void {
    const account = this.accounts.get(workspaceId);
    if (account) account.lease.tokens = 0;
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
    const account: Account = { limits, waiting: [], busy: false, lease: { tokens: 0, expiresAt: 0, epoch: limits.epoch } };
    this.accounts.set(workspaceId, account);
    if (this.accounts.size > accountsMax) {
      for (const [id, { busy }] of this.accounts) {
        if (this.accounts.size <= accountsMax) break;
        if (!busy) this.accounts.delete(id);
      }
    }
    return account;
  }

  private takeLeased(account: Account): boolean {
    const { lease, limits } = account;
    if (lease.tokens <= 0 || lease.epoch < limits.epoch || performance.now() >= lease.expiresAt) return false;
    lease.tokens -= 1;
    return true;
  }

  private async flush(workspaceId: string, account: Account): Promise<void> {
    while (account.waiting.length > 0) {
      const jobs = account.waiting.splice(0, reserveBatchMax);
      try {
        await this.reserveBatch(workspaceId, account, jobs);
      } catch (error) {
        for (const job of jobs) job.reject(error);
      }
    }
    account.busy = false;
  }

  private async reserveBatch(workspaceId: string, account: Account, jobs: Job[]): Promise<void> {
    const { lease, limits } = account;
    if (performance.now() >= lease.expiresAt || lease.epoch < limits.epoch) lease.tokens = 0;
    const { answer, askedAt } = await this.update(workspaceId, {
      holder: this.holder,
      lanes: jobs.map((job) => job.lane),
      held: lease.tokens,
      wantsLease: jobs.some((job) => job.lane !== 'bulk'),
      limits,
    });
    const answeredAt = performance.now();
    const now = Date.now();
    // The answer's waits began somewhere between asking and now: never earlier than the slot, and not much later.
    const usableMs = Math.max(slotUsableMinMs, slotValidityMs - (answeredAt - askedAt));
    jobs.forEach((job, index) => {
      const notBeforeMs = now + (answer.waitsMs[index] ?? 0);
      job.resolve({ notBeforeMs, goodUntilMs: notBeforeMs + usableMs, limitsEpoch: answer.limitsEpoch });
    });
    if (answer.leased > 0) {
      lease.tokens += answer.leased;
      lease.expiresAt = askedAt + answer.leaseLifeMs - leaseSafetyMs;
      lease.epoch = answer.limitsEpoch;
    }
  }

  /** One Update, started with the workflow where there is none, with quick retries of our own. */
  private async update(workspaceId: string, request: ReserveRequest): Promise<{ answer: ReserveAnswer; askedAt: number }> {
    const startedAt = performance.now();
    const workflowId = rateLimiterWorkflowId(workspaceId);
    for (let withStart = false; ; ) {
      const askedAt = performance.now();
      this.counts.updates += 1;
      try {
        return { answer: await (withStart ? this.startAndUpdate(workflowId, request) : this.updateRunning(workflowId, request)), askedAt };
      } catch (error) {
        if (performance.now() - startedAt > reserveGiveUpMs) throw new LimiterUnavailable('the rate limiter does not answer', { cause: error });
        if (error instanceof WorkflowNotFoundError && !withStart) {
          withStart = true;
          continue;
        }
        withStart = false;
        await delay(20 + Math.random() * 30);
      }
    }
  }

  private updateRunning(workflowId: string, request: ReserveRequest): Promise<ReserveAnswer> {
    const handle = this.client.workflow.getHandle(workflowId);
    return this.client.withDeadline(Date.now() + reserveGiveUpMs, () => handle.executeUpdate(reserveUpdate, { args: [request] }));
  }

  private startAndUpdate(workflowId: string, request: ReserveRequest): Promise<ReserveAnswer> {
    const start = new WithStartWorkflowOperation<typeof rateLimiter>('rateLimiter', {
      workflowId,
      taskQueue: taskQueues.limiter,
      args: [{ limits: request.limits }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `send rate of workspace ${workflowId.split('/')[1]}`,
    });
    return this.client.withDeadline(Date.now() + reserveGiveUpMs, () =>
      this.client.workflow.executeUpdateWithStart(reserveUpdate, { args: [request], startWorkflowOperation: start }),
    );
  }
}

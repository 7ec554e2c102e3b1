import { queuesCountedEveryMs, queuesCountingShareMax } from '../domain/limits.js';
import { type QueueName, type QueueShare, queueNames, queueOfOpen } from '../domain/queues.js';
import type { Database } from '../platform/database.js';
import { queueShares, type Throughput, throughput } from '../storage/queues.js';

/** A queue as the API shows it. */
export interface QueueView {
  count: number;
  /** Since when the oldest message is in it, those left out that wait for a time of their own; null where there is none. */
  oldestAt: string | null;
  oldestAgeS: number | null;
  /** Messages of the last minute: taken by the provider, ended, come into the queue, come in. */
  perMinute: number;
  states: { lane: string; status: string; count: number; oldestAt: string }[];
}

export interface QueuesView {
  at: string;
  queues: Record<QueueName, QueueView>;
}

/**
 * Counts the queues of workspaces. Who asks again within a second, or while a count is under way, gets the same answer; a
 * count that takes long is kept for longer, so that watching a long queue never costs more than a small share of the time.
 */
export class QueueReader {
  private readonly kept = new Map<string, Promise<QueuesView>>();

  constructor(private readonly database: Database) {}

  read(workspaceId: string): Promise<QueuesView> {
    const kept = this.kept.get(workspaceId);
    if (kept) return kept;
    const startedAt = performance.now();
    const counting = this.count(workspaceId);
    this.kept.set(workspaceId, counting);
    const forget = () => this.kept.delete(workspaceId);
    counting.then(
      () => setTimeout(forget, Math.max(queuesCountedEveryMs, (performance.now() - startedAt) / queuesCountingShareMax)).unref(),
      forget,
    );
    return counting;
  }

  private async count(workspaceId: string): Promise<QueuesView> {
    const [{ open, failed }, minute] = await Promise.all([queueShares(this.database, workspaceId), throughput(this.database, workspaceId)]);
    const now = Date.now();
    const sharesOf = (queue: QueueName) => (queue === 'failed' ? failed : open.filter((share) => queueOfOpen(share) === queue));
    const views = queueNames.map((queue) => [queue, viewOf(sharesOf(queue), perMinute[queue](minute), now)] as const);
    return { at: new Date(now).toISOString(), queues: Object.fromEntries(views) as Record<QueueName, QueueView> };
  }
}

const perMinute: Record<QueueName, (minute: Throughput) => number> = {
  outbound: ({ taken }) => taken,
  processing: ({ ended }) => ended,
  failed: ({ failed }) => failed,
  inbound: ({ received }) => received,
};

function viewOf(shares: QueueShare[], minute: number, now: number): QueueView {
  const times = shares.filter(({ status }) => status !== 'scheduled').map(({ oldestAt }) => oldestAt.getTime());
  const oldest = times.length > 0 ? Math.min(...times) : null;
  return {
    count: shares.reduce((sum, { count }) => sum + count, 0),
    oldestAt: oldest === null ? null : new Date(oldest).toISOString(),
    oldestAgeS: oldest === null ? null : ageS(oldest, now),
    perMinute: minute,
    states: shares.map(({ lane, status, count, oldestAt }) => ({ lane, status, count, oldestAt: oldestAt.toISOString() })),
  };
}

/** Whole seconds; never below 0, whatever two clocks say. */
export function ageS(sinceMs: number, now: number): number {
  return Math.max(0, Math.round((now - sinceMs) / 1_000));
}

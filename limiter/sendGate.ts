import type { RateLimits } from '../domain/rateLimit.js';

/** Beyond this many workspaces the gate forgets those that are full again. */
const workspacesMax = 10_000;

/**
 * The last gate before the request: a calendar of this process with the workspace's own rate and burst. Slots are
 * exact, sends are late by whatever the machine does; without it several late ones would leave together.
 */
export class SendGate {
  private readonly arrival = new Map<string, number>();

  /**
   * Milliseconds to wait before this process may send one more for the workspace, which counts as `cost` tokens. The
   * place is taken.
   */
  enter(workspaceId: string, limits: Pick<RateLimits, 'ratePerSecond' | 'burst'>, cost: number, now = performance.now()): number {
    const interval = 1_000 / limits.ratePerSecond;
    const tokens = Math.min(cost, limits.burst);
    const tat = Math.max(this.arrival.get(workspaceId) ?? 0, now);
    this.arrival.set(workspaceId, tat + tokens * interval);
    if (this.arrival.size > workspacesMax) this.forgetIdle(now);
    return Math.max(0, tat - (limits.burst - tokens) * interval - now);
  }

  private forgetIdle(now: number): void {
    for (const [workspaceId, tat] of this.arrival) if (tat <= now) this.arrival.delete(workspaceId);
  }
}

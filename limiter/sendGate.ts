import type { RateLimits } from '../domain/rateLimit.js';

/** Beyond this many workspaces the gate forgets those that are full again. */
const workspacesMax = 10_000;

/** A place in the order in which a process sends for a workspace. Whoever has one says what became of it. */
export interface GatePlace {
  /** Milliseconds to wait before the message may leave. */
  waitMs: number;
  /** The message leaves now. */
  used(now?: number): void;
  /** It does not leave, if it has not yet: its place is for others. */
  drop(): void;
}

interface Line {
  /** When the bucket is full again after what has left. */
  fullAt: number;
  /** Those who have a place and have not left yet, in the order in which they may. */
  ahead: { leavesAt: number; tokens: number }[];
}

/**
 * The last gate before the request: a calendar of this process with the workspace's own rate and burst. Slots are
 * exact, sends are late by whatever the machine does; without it several late ones would leave together.
 */
export class SendGate {
  private readonly lines = new Map<string, Line>();

  /** Takes a place for a message that counts as `cost` tokens. */
  enter(workspaceId: string, limits: Pick<RateLimits, 'ratePerSecond' | 'burst'>, cost: number, now = performance.now()): GatePlace {
    const interval = 1_000 / limits.ratePerSecond;
    const tokens = Math.min(cost, limits.burst);
    const line = this.lines.get(workspaceId) ?? { fullAt: now, ahead: [] };
    this.lines.set(workspaceId, line);
    // Who is late counts as leaving now; a process has no more of them than it sends at once.
    let leavesAt = now;
    let fullAt = Math.max(line.fullAt, now);
    for (const one of line.ahead) {
      leavesAt = Math.max(leavesAt, one.leavesAt);
      fullAt = Math.max(fullAt, leavesAt) + one.tokens * interval;
    }
    const place = { leavesAt: Math.max(leavesAt, fullAt - (limits.burst - tokens) * interval), tokens };
    line.ahead.push(place);
    const close = () => {
      const index = line.ahead.indexOf(place);
      if (index !== -1) line.ahead.splice(index, 1);
      return index !== -1;
    };
    if (this.lines.size > workspacesMax) this.forgetIdle(now);
    return {
      waitMs: place.leavesAt - now,
      used: (leftAt = performance.now()) => {
        if (close()) line.fullAt = Math.max(line.fullAt, leftAt) + tokens * interval;
      },
      drop: () => void close(),
    };
  }

  private forgetIdle(now: number): void {
    for (const [workspaceId, { fullAt, ahead }] of this.lines) if (ahead.length === 0 && fullAt <= now) this.lines.delete(workspaceId);
  }
}

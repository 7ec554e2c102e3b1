import { bulkPauseMaxMs, bulkPauseMs, bulkReturnEveryMs } from '../domain/loadLimits.js';

/**
 * When those come again that may not leave for the load: one after the other, so that a long line of them is no load that
 * keeps itself waiting. One a process.
 */
export class PauseLine {
  private lastAtMs = 0;

  /** Milliseconds until the next one comes again. @param nowMs by a clock that only goes on */
  next(nowMs: number): number {
    const atMs = Math.max(nowMs + bulkPauseMs, this.lastAtMs + bulkReturnEveryMs);
    // Nobody waits longer than that when the load is over; so long a line comes back spread over the last third of it.
    if (atMs > nowMs + bulkPauseMaxMs) return Math.round(bulkPauseMaxMs * (2 / 3 + Math.random() / 3));
    this.lastAtMs = atMs;
    return Math.round(atMs - nowMs);
  }
}

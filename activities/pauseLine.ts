import { bulkPauseMaxMs, bulkPauseMs, bulkReturnEveryMs } from '../domain/loadLimits.js';
import { WaitingLine } from '../limiter/waitingLine.js';

/**
 * When those come again that may not leave for the load: one after the other, so that a long line of them is no load that
 * keeps itself waiting. One a process.
 */
export class PauseLine {
  private readonly line = new WaitingLine();

  /** Milliseconds until the next one comes again. @param nowMs by a clock that only goes on */
  next(nowMs: number): number {
    // Nobody waits longer than that when the load is over; so long a line comes back spread over the last third of it.
    if (this.line.isFull(nowMs + bulkPauseMaxMs)) return Math.round(bulkPauseMaxMs * (2 / 3 + Math.random() / 3));
    return Math.round(this.line.join(nowMs, bulkPauseMs, bulkReturnEveryMs));
  }
}

import { returnAgainShare, returnJitterShare } from '../domain/limits.js';

/**
 * The estimate of turns of the messages of one lane that this process told to come later. The limiter keeps no account of
 * them: a refused question leaves no trace there. Times are monotonic milliseconds.
 */
export class WaitingLine {
  /** The turn of the next message that joins. */
  private tailAt = 0;

  /** True while others that came before are still to come back: who comes now need not ask. */
  isFull(now: number): boolean {
    return this.tailAt > now;
  }

  /** Joins the end. `opensInMs` is when the lane books again, `spacingMs` what one message takes. Answers the wait. */
  join(now: number, opensInMs: number, spacingMs: number): number {
    const turnAt = Math.max(this.tailAt, now + opensInMs);
    this.tailAt = turnAt + spacingMs;
    return turnAt - now;
  }
}

/**
 * The wait of a message that came back at its estimated turn in vain, because others took more than was thought. Not to
 * the end of the line, but longer each time, and not all at the same moment.
 */
export function waitAgainMs(asked: { times: number; waitedMs: number }, opensInMs: number, draw: () => number): number {
  const backoffMs = asked.waitedMs * returnAgainShare * 2 ** Math.max(0, asked.times - 1);
  return Math.max(opensInMs, backoffMs) * (1 + returnJitterShare * draw());
}

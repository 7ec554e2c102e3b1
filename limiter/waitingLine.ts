import { lineMemoryMs, returnAgainShare, returnAgainShareMin, returnJitterShare } from '../domain/limits.js';
import type { Asked } from '../domain/submission.js';

/**
 * The estimate of turns of the messages of one lane that this process told to come later. The limiter keeps no account of
 * them: a refused question leaves no trace there. Times are monotonic milliseconds; the span of a message is the time
 * that it takes if the lane has the whole rate.
 */
export class WaitingLine {
  /** The turn of the next message that joins. */
  private tailAt = 0;
  /** Spans of the turns that were given since a moment; both are halved from time to time, so that the past fades. */
  private given = { sinceAt: 0, spansMs: 0 };

  /** True while others that came before are still to come back: who comes now need not ask. */
  isFull(now: number): boolean {
    return this.tailAt > now;
  }

  /** Joins the end. `opensInMs` is when the lane books again. Answers the wait. */
  join(now: number, opensInMs: number, spanMs: number): number {
    if (!this.isFull(now)) this.given = { sinceAt: now, spansMs: 0 };
    const turnAt = Math.max(this.tailAt, now + opensInMs);
    this.tailAt = turnAt + spanMs;
    return turnAt - now;
  }

  /** A message of the lane got its turn. */
  advance(now: number, spanMs: number): void {
    const { given } = this;
    given.spansMs += spanMs;
    if (now - given.sinceAt <= lineMemoryMs) return;
    given.sinceAt += (now - given.sinceAt) / 2;
    given.spansMs /= 2;
  }

  /**
   * The wait of a message that came back at its estimated turn in vain, because other lanes took a part of the rate. Not
   * to the end of the line: the first time to the turn that the part left for this lane gives, after that for longer each
   * time. Not all at the same moment.
   */
  again({ times, waitedMs }: Asked, now: number, opensInMs: number, draw: () => number): number {
    const elapsedMs = now - this.given.sinceAt;
    const slowness = elapsedMs / Math.max(this.given.spansMs, elapsedMs / stretchMax);
    const share = times <= 1 ? Math.max(returnAgainShareMin, slowness - 1) : returnAgainShare * 2 ** (times - 2);
    return Math.max(opensInMs, waitedMs * share) * (1 + returnJitterShare * draw());
  }
}

/** An estimate is stretched to at most this many times its length; more may be the lull of a moment. */
const stretchMax = 4;

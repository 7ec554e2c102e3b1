/** This machine's clock is believed for as long as it differs from the database's by less, milliseconds. */
const toleratedMs = 5_000;
/** An answer that took longer says little about the time, milliseconds. */
const answerMaxMs = 1_000;

/**
 * The time of day for what is stamped and lasts: this machine's, unless the database's says that it is wrong. Then the
 * database's, carried on by a clock that nobody sets.
 */
export class CheckedClock {
  private databaseAheadOfSteadyMs: number | undefined;

  /**
   * @param databaseMs what the database's clock said
   * @param askedAt when it was asked, by performance.now()
   */
  check(databaseMs: number, askedAt: number): void {
    const answeredAt = performance.now();
    if (answeredAt - askedAt > answerMaxMs) return;
    this.databaseAheadOfSteadyMs = databaseMs - (askedAt + answeredAt) / 2;
  }

  /** Epoch milliseconds. */
  now(): number {
    const own = Date.now();
    const aheadMs = this.aheadMs(own);
    return Math.abs(aheadMs) > toleratedMs ? Math.round(own - aheadMs) : own;
  }

  /** By how much this machine's clock is ahead of the database's, milliseconds; below 0 where it is behind. */
  aheadMs(ownMs = Date.now()): number {
    return this.databaseAheadOfSteadyMs === undefined ? 0 : ownMs - performance.now() - this.databaseAheadOfSteadyMs;
  }
}

/** The clock of this process: by it is judged what is due, over or open, and stamped what lasts. Durations need no clock of the day. */
export const wallClock = new CheckedClock();

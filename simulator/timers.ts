/**
 * Timers that can be dropped together. A simulator with messages under way must end at once, and a cleared ledger must
 * not send the callbacks of messages nobody knows any more.
 */
export class Timers {
  private readonly pending = new Set<NodeJS.Timeout>();
  private isClosed = false;

  /** Runs `action` in `delayMs` milliseconds, unless all is cancelled before. */
  after(delayMs: number, action: () => void): void {
    if (this.isClosed) return;
    const timer = setTimeout(
      () => {
        this.pending.delete(timer);
        action();
      },
      Math.max(0, delayMs),
    );
    this.pending.add(timer);
  }

  /** Resolves in `delayMs` milliseconds; stays unresolved (and is collected) when all is cancelled before. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Cancels all, and ignores what is asked for later: a failing callback must not plan its retry in a stopped simulator. */
  close(): void {
    this.isClosed = true;
    this.cancelAll();
  }

  cancelAll(): void {
    for (const timer of this.pending) clearTimeout(timer);
    this.pending.clear();
  }
}

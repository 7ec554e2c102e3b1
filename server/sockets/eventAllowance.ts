/** How many events one socket may send: a bucket that refills with time. */
export class EventAllowance {
  private left: number;
  private refilledAtMs: number;

  /** `perSecond` events a second for good, `burst` of them at once. `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.left = burst;
    this.refilledAtMs = now();
  }

  /** 0 where the event may pass, else the milliseconds until the next one may. */
  take(): number {
    const nowMs = this.now();
    this.left = Math.min(this.burst, this.left + ((nowMs - this.refilledAtMs) / 1_000) * this.perSecond);
    this.refilledAtMs = nowMs;
    if (this.left < 1) return Math.ceil(((1 - this.left) / this.perSecond) * 1_000);
    this.left -= 1;
    return 0;
  }
}

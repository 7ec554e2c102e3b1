import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Timers are looked at this often; what comes later than that is lag. */
const resolutionMs = 10;
const percentile = 99;

/** By how much the event loop was late, in the time since it was asked last. */
export class EventLoopLag {
  private readonly delays = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.delays.enable();
  }

  /** Milliseconds that one in a hundred looks was late. */
  take(): number {
    const lateMs = this.delays.percentile(percentile) / 1e6 - resolutionMs;
    this.delays.reset();
    return Number.isFinite(lateMs) ? Math.max(0, lateMs) : 0;
  }

  close(): void {
    this.delays.disable();
  }
}

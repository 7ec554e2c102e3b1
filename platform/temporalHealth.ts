import type { Logger } from './logger.js';
import type { Telemetry } from './telemetry.js';

const probeEveryMs = 500;

/**
 * Whether Temporal answers, as far as this process knows. Who waits in vain says so; then Temporal is asked at once, and while
 * it does not answer that either nobody waits for it, and it is asked in the background until it is back.
 */
export class TemporalHealth {
  private timer: NodeJS.Timeout | undefined;
  /** The question that is under way; the newest answer while it is asked again and again. */
  private asked: Promise<boolean> | undefined;
  private closed = false;
  private awaySince: number | undefined;

  /** `probe` resolves where Temporal answers; it must settle by itself. */
  constructor(
    private readonly probe: () => Promise<unknown>,
    private readonly telemetry: Telemetry,
    private readonly logger: Logger,
  ) {}

  get isAway(): boolean {
    return this.awaySince !== undefined;
  }

  /** Says that a call got no answer in good time; resolves with whether Temporal answers at all. */
  suspect(): Promise<boolean> {
    if (this.closed) return Promise.resolve(!this.isAway);
    this.asked ??= this.ask();
    return this.asked;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private askAgain(): void {
    this.asked = this.ask();
  }

  private async ask(): Promise<boolean> {
    try {
      await this.probe();
      this.answered();
      return true;
    } catch (error) {
      if (this.awaySince === undefined) {
        this.awaySince = Date.now();
        this.telemetry.set('temporal_away', {}, 1);
        this.logger.error({ event: 'temporal.away', error: String(error) });
      }
      if (!this.closed) this.timer = setTimeout(() => this.askAgain(), probeEveryMs);
      return false;
    }
  }

  private answered(): void {
    this.asked = undefined;
    if (this.awaySince === undefined) return;
    this.logger.info({ event: 'temporal.back', awayMs: Date.now() - this.awaySince });
    this.awaySince = undefined;
    this.telemetry.set('temporal_away', {}, 0);
  }
}

import type { Logger } from './logger.js';
import type { Telemetry } from './telemetry.js';

const probeEveryMs = 500;

/**
 * Whether Temporal answers, as far as this process knows. Who waits in vain says so; then Temporal is asked at once, and while
 * it does not answer that either nobody waits for it, and it is asked in the background until it is back.
 */
export class TemporalHealth {
  private timer: NodeJS.Timeout | undefined;
  private asking = false;
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

  /** Says that a call got no answer in good time. */
  suspect(): void {
    if (!this.asking) this.ask();
  }

  close(): void {
    this.asking = true;
    clearTimeout(this.timer);
  }

  private ask(): void {
    this.asking = true;
    this.probe().then(
      () => this.answered(),
      (error: unknown) => {
        if (this.awaySince === undefined) {
          this.awaySince = Date.now();
          this.telemetry.set('temporal_away', {}, 1);
          this.logger.error({ event: 'temporal.away', error: String(error) });
        }
        this.timer = setTimeout(() => this.ask(), probeEveryMs);
      },
    );
  }

  private answered(): void {
    this.asking = false;
    if (this.awaySince === undefined) return;
    this.logger.info({ event: 'temporal.back', awayMs: Date.now() - this.awaySince });
    this.awaySince = undefined;
    this.telemetry.set('temporal_away', {}, 0);
  }
}

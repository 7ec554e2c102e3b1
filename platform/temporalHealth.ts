import type { Logger } from './logger.js';
import type { Telemetry } from './telemetry.js';

const probeEveryMs = 500;

/**
 * Whether Temporal answers, as far as this process knows. Who meets a Temporal that does not answer reports it; from then on
 * nobody waits for it, and it is asked in the background until it is back.
 */
export class TemporalHealth {
  private timer: NodeJS.Timeout | undefined;
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

  /** Says that a call got no answer. */
  reportAway(error: unknown): void {
    if (this.awaySince !== undefined) return;
    this.awaySince = Date.now();
    this.telemetry.set('temporal_away', {}, 1);
    this.logger.error({ event: 'temporal.away', error: String(error) });
    this.ask();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private ask(): void {
    this.timer = setTimeout(() => {
      this.probe().then(
        () => {
          this.logger.info({ event: 'temporal.back', awayMs: Date.now() - (this.awaySince ?? 0) });
          this.awaySince = undefined;
          this.telemetry.set('temporal_away', {}, 0);
        },
        () => this.ask(),
      );
    }, probeEveryMs);
  }
}

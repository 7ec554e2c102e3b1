import { setTimeout as delay } from 'node:timers/promises';

export interface LookoutSettings {
  /** Looks once and does what is to be done; answers whether there is more. What it throws goes to `failed`. */
  look: (signal: AbortSignal) => Promise<boolean>;
  /** The pause after a look that found no more, or failed. */
  everyMs: number;
  failed: (error: unknown) => void;
}

/** Looks for work again and again, from `start` to `stop`: at once where there is more, else after a pause. */
export class Lookout {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly settings: LookoutSettings) {}

  start(): this {
    this.running = this.run();
    return this;
  }

  /** Resolves when the look that is under way has ended; its signal tells it to be quick. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { look, everyMs, failed } = this.settings;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const isMore = await look(signal).catch((error: unknown) => {
        failed(error);
        return false;
      });
      if (!isMore) await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

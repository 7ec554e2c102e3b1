import { type LoadMeasure, loadLevels, nextLoad, restingLoad } from '../domain/loadLevel.js';
import { loadLookEveryMs, queueAgeEveryMs } from '../domain/loadLimits.js';
import { EventLoopLag } from '../platform/eventLoopLag.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import type { Telemetry } from '../platform/telemetry.js';

export interface LoadWatchSettings {
  /** How long the oldest task has waited, milliseconds. Where it can't be said, tasks are somebody else's trouble. */
  queueAgeMs: () => Promise<number>;
  /** Where level 1 begins. */
  first: LoadMeasure;
  /** The least level: to shed by hand. */
  levelMin: number;
  telemetry: Telemetry;
  logger: Logger;
}

/** Measures the load of this process and of the queue that all share, and says what is to be given up. */
export class LoadWatch {
  private state = restingLoad;
  private queueAgeMs = 0;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  private readonly lag = new EventLoopLag();
  private readonly lookout: Lookout;
  private readonly listeners: ((level: number) => void)[] = [];

  constructor(private readonly settings: LoadWatchSettings) {
    settings.telemetry.set('load_level', {}, this.level);
    this.lookout = new Lookout({ look: () => this.look(), everyMs: loadLookEveryMs, failed: () => undefined }).start();
  }

  /** 0 where nothing is given up (domain/loadLevel). */
  get level(): number {
    return Math.max(this.state.level, this.settings.levelMin);
  }

  /** What people are told; null where all is well. */
  get says(): string | null {
    return loadLevels[this.level]?.says ?? null;
  }

  onChange(listener: (level: number) => void): void {
    this.listeners.push(listener);
  }

  async close(): Promise<void> {
    this.lag.close();
    await this.lookout.stop();
  }

  private async look(): Promise<boolean> {
    const { telemetry, logger, first } = this.settings;
    const measure = { queueAgeMs: await this.askQueueAge(), lagMs: this.lag.take() };
    telemetry.set('event_loop_lag_seconds', {}, measure.lagMs / 1_000);
    const before = this.level;
    this.state = nextLoad(this.state, measure, first, performance.now());
    const { level } = this;
    if (level === before) return false;
    telemetry.set('load_level', {}, level);
    const about = {
      event: 'load.level' as const,
      level,
      from: before,
      queueAgeMs: Math.round(measure.queueAgeMs),
      lagMs: Math.round(measure.lagMs),
    };
    if (level > before) logger.warn(about);
    else logger.info(about);
    for (const listener of this.listeners) listener(level);
    return false;
  }

  private async askQueueAge(): Promise<number> {
    if (performance.now() - this.askedAtMs < queueAgeEveryMs) return this.queueAgeMs;
    this.askedAtMs = performance.now();
    this.queueAgeMs = await this.settings.queueAgeMs().catch(() => 0);
    return this.queueAgeMs;
  }
}

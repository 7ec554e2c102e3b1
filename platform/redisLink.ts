import { Redis } from 'ioredis';
import type { Logger } from './logger.js';

const connectTimeoutMs = 2_000;
/** A command that is not answered within this time has failed: nobody waits for a Redis that hangs. */
const commandTimeoutMs = 500;

/**
 * The process's one connection to Redis for commands, where it is configured. Commands fail at once while it is away; whoever
 * uses it goes on without.
 */
export class RedisLink {
  readonly client: Redis | undefined;
  private readonly listeners: ((isThere: boolean) => void)[] = [];

  constructor(
    private readonly url: string | undefined,
    private readonly logger: Logger,
  ) {
    this.client = this.open({ commandTimeout: commandTimeoutMs });
    this.client?.on('ready', () => this.tell(true));
    this.client?.on('close', () => this.tell(false));
  }

  /** True where Redis is configured and does not answer: what it carries between processes is late or missing. */
  get isAway(): boolean {
    return this.client !== undefined && this.client.status !== 'ready';
  }

  /** A connection of its own, for what blocks or subscribes; undefined where no Redis is configured. Its user closes it. */
  open(options: { commandTimeout?: number; enableOfflineQueue?: boolean; maxRetriesPerRequest?: number | null } = {}): Redis | undefined {
    if (!this.url) return undefined;
    const redis = new Redis(this.url, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      connectTimeout: connectTimeoutMs,
      ...options,
    });
    redis.on('error', (error: Error) => this.logger.warn({ event: 'redis.error', error: error.message }));
    redis.connect().catch(() => undefined);
    return redis;
  }

  /** Calls with what `isAway` became, whenever it changes. */
  onChange(listener: (isThere: boolean) => void): void {
    this.listeners.push(listener);
  }

  close(): void {
    this.client?.disconnect();
  }

  private tell(isThere: boolean): void {
    for (const listener of this.listeners) listener(isThere);
  }
}

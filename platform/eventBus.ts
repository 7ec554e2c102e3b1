import { EventEmitter } from 'node:events';
import { Redis } from 'ioredis';
import type { Logger } from './logger.js';

const channel = 'postrider:workspace-changed';

/**
 * A doorbell: says that a workspace has new events, in this process and, through Redis, in the others. It carries no
 * content; the events are read from Postgres. A lost ring costs a fraction of a second, never an event.
 */
export class EventBus {
  private readonly local = new EventEmitter();
  private readonly publisher: Redis | undefined;
  private readonly subscriber: Redis | undefined;

  constructor(redisUrl: string | undefined, logger: Logger) {
    if (!redisUrl) return;
    const options = { lazyConnect: true, maxRetriesPerRequest: 0, enableOfflineQueue: false, connectTimeout: 2_000 };
    this.publisher = new Redis(redisUrl, options);
    this.subscriber = new Redis(redisUrl, { ...options, enableOfflineQueue: true, maxRetriesPerRequest: null });
    for (const redis of [this.publisher, this.subscriber]) {
      redis.on('error', (error: Error) => logger.warn({ event: 'redis.error', error: error.message }));
    }
    this.subscriber.on('message', (_channel, workspaceId: string) => this.local.emit('changed', workspaceId));
    this.publisher.connect().catch(() => undefined);
    this.subscriber.subscribe(channel).catch(() => undefined);
  }

  /** Rings for a workspace. Never waits and never fails. */
  ring(workspaceId: string): void {
    if (this.publisher?.status === 'ready') {
      // The ring comes back to this process by its own subscription.
      this.publisher.publish(channel, workspaceId).catch(() => this.local.emit('changed', workspaceId));
    } else this.local.emit('changed', workspaceId);
  }

  onRing(listener: (workspaceId: string) => void): void {
    this.local.on('changed', listener);
  }

  close(): void {
    this.local.removeAllListeners();
    this.publisher?.disconnect();
    this.subscriber?.disconnect();
  }
}

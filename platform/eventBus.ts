import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RedisLink } from './redisLink.js';

const stream = 'postrider:live';
/** About so many entries are kept: what a process missed for longer it looks up in Postgres, or has no use for any more. */
const entriesMax = 10_000;
const blockMs = 2_000;
/** A read that takes longer hangs, on a connection that is dead. */
const readTimeoutMs = blockMs + 3_000;
const retryMs = 200;
const readCount = 500;

/** A note about a workspace for whoever looks at it now. It is kept nowhere. */
export type Note = Record<string, unknown>;

/**
 * What processes tell each other at once, through a Redis stream: that a workspace has new events (a ring, without content; the events
 * are read from Postgres), and notes that are of use only now, such as who is typing. Without Redis, or while it is away, they stay
 * in the process. A lost ring costs a fraction of a second, never an event.
 */
export class EventBus {
  private readonly local = new EventEmitter();
  private readonly reader: Redis | undefined;
  private closed = false;

  constructor(private readonly redis: RedisLink) {
    this.reader = redis.open({ commandTimeout: readTimeoutMs });
    if (this.reader) void this.read(this.reader);
  }

  /** Rings for a workspace. Never waits and never fails. */
  ring(workspaceId: string): void {
    this.tell('ring', workspaceId, '');
  }

  onRing(listener: (workspaceId: string) => void): void {
    this.local.on('ring', listener);
  }

  /** Sends a note to all processes, this one included. Never waits and never fails. */
  note(workspaceId: string, note: Note): void {
    this.tell('note', workspaceId, JSON.stringify(note));
  }

  onNote(listener: (workspaceId: string, note: Note) => void): void {
    this.local.on('note', (workspaceId: string, text: string) => listener(workspaceId, JSON.parse(text) as Note));
  }

  close(): void {
    this.closed = true;
    this.local.removeAllListeners();
    this.reader?.disconnect();
  }

  private tell(kind: 'ring' | 'note', workspaceId: string, text: string): void {
    const { client } = this.redis;
    if (!client || this.redis.isAway) return void this.local.emit(kind, workspaceId, text);
    // It comes back to this process by its own reading.
    client
      .xadd(stream, 'MAXLEN', '~', entriesMax, '*', 'kind', kind, 'workspace', workspaceId, 'text', text)
      .catch(() => this.local.emit(kind, workspaceId, text));
  }

  private async read(reader: Redis): Promise<void> {
    let after: string | undefined;
    while (!this.closed) {
      try {
        after ??= (await reader.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0';
        const found = await reader.xread('COUNT', readCount, 'BLOCK', blockMs, 'STREAMS', stream, after);
        for (const [id, [, kind = '', , workspaceId = '', , text = '']] of found?.[0]?.[1] ?? []) {
          after = id;
          if (kind === 'ring' || kind === 'note') this.local.emit(kind, workspaceId, text);
        }
      } catch {
        // A connection that answers nothing is given up; ioredis makes another.
        if (!this.closed && reader.status === 'ready') reader.disconnect(true);
        await delay(retryMs, undefined, { ref: false });
      }
    }
  }
}

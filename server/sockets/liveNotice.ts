import type { Namespace, Socket } from 'socket.io';
import type { RedisLink } from '../../platform/redisLink.js';

/**
 * Says to every connection whether live updates come as fast as they should (`live:state`): while Redis is away, what other processes
 * tell arrives by looking into the database, a moment later, and who is typing elsewhere is not heard at all.
 */
export class LiveNotice {
  constructor(
    private readonly redis: RedisLink,
    private readonly namespaces: () => Iterable<Namespace>,
  ) {
    redis.onChange(() => {
      for (const namespace of this.namespaces()) namespace.emit('live:state', this.state());
    });
  }

  /** To one that has just connected. Silent where all is well. */
  greet(socket: Socket): void {
    if (this.redis.isAway) socket.emit('live:state', this.state());
  }

  private state(): { delayed: boolean } {
    return { delayed: this.redis.isAway };
  }
}

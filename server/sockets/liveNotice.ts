import type { Namespace, Socket } from 'socket.io';
import { shedFrom } from '../../domain/loadLevel.js';
import type { LoadWatch } from '../../lives/loadWatch.js';
import type { RedisLink } from '../../platform/redisLink.js';

/** What a socket hears as `live:state`. */
export interface LiveState {
  delayed: boolean;
  /** The level of degradation, 0 where nothing is given up; and what people are told of it. */
  load: number;
  busy: string | null;
}

/**
 * Says to every connection whether live updates come as fast as they should (`live:state`): while Redis is away, what other processes
 * tell arrives by looking into the database, a moment later, and who is typing elsewhere is not heard at all. And what is given up for
 * load, in words for people.
 */
export class LiveNotice {
  constructor(
    private readonly redis: RedisLink,
    private readonly load: LoadWatch,
    private readonly namespaces: () => Iterable<Namespace>,
  ) {
    const tell = () => {
      for (const namespace of this.namespaces()) namespace.emit('live:state', this.state());
    };
    redis.onChange(tell);
    load.onChange(tell);
  }

  /** To one that has just connected. Silent where all is well. */
  greet(socket: Socket): void {
    if (this.redis.isAway || this.load.level > 0) socket.emit('live:state', this.state());
  }

  private state(): LiveState {
    const { level, says } = this.load;
    return { delayed: this.redis.isAway || level >= shedFrom.live, load: level, busy: says };
  }
}

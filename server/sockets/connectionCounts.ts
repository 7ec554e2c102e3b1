import { socketLeaseMs, socketLeaseRenewMs, socketsPerWorkspaceMax } from '../../domain/socketLimits.js';
import type { Logger } from '../../platform/logger.js';
import type { RedisLink } from '../../platform/redisLink.js';

const keyOf = (workspaceId: string) => `postrider:sockets:${workspaceId}`;

/** Drops who was not named for long, and takes one more where there is room. Answers 1 or 0. */
const claimScript = `
redis.call('zremrangebyscore', KEYS[1], '-inf', ARGV[1])
if redis.call('zcard', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('zadd', KEYS[1], ARGV[2], ARGV[3])
redis.call('pexpire', KEYS[1], ARGV[5])
return 1`;

/**
 * How many connections each workspace has, in all processes together: each is a lease in Redis, renewed while it lasts, so that
 * those of a process that died are forgotten. Without Redis, or while it is away, each process counts its own.
 */
export class ConnectionCounts {
  private readonly own = new Map<string, Set<string>>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly redis: RedisLink,
    private readonly logger: Logger,
    private readonly max = socketsPerWorkspaceMax,
  ) {
    this.timer = setInterval(() => void this.renew(), socketLeaseRenewMs);
    this.timer.unref();
  }

  /** Takes a place for a connection; false where the workspace has as many as it may have. */
  async claim(workspaceId: string, socketId: string): Promise<boolean> {
    const own = this.own.get(workspaceId) ?? new Set();
    if (own.size >= this.max) return false;
    // Counted before anything is waited for, or many at once would pass.
    this.own.set(workspaceId, own.add(socketId));
    if (await this.claimShared(workspaceId, socketId)) return true;
    this.forget(workspaceId, socketId);
    return false;
  }

  release(workspaceId: string, socketId: string): void {
    this.forget(workspaceId, socketId);
    this.redis.client?.zrem(keyOf(workspaceId), socketId).catch(() => undefined);
  }

  /** Of this process. */
  count(workspaceId: string): number {
    return this.own.get(workspaceId)?.size ?? 0;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async claimShared(workspaceId: string, socketId: string): Promise<boolean> {
    const { client } = this.redis;
    if (!client || this.redis.isAway) return true;
    const now = Date.now();
    try {
      return (await client.eval(claimScript, 1, keyOf(workspaceId), now, now + socketLeaseMs, socketId, this.max, socketLeaseMs)) === 1;
    } catch (error) {
      this.logger.warn({ event: 'sockets.not_counted', workspaceId, error: String(error) });
      return true;
    }
  }

  private async renew(): Promise<void> {
    const { client } = this.redis;
    if (!client || this.redis.isAway || this.own.size === 0) return;
    const until = Date.now() + socketLeaseMs;
    const pipeline = client.pipeline();
    for (const [workspaceId, ids] of this.own) {
      pipeline.zadd(keyOf(workspaceId), ...[...ids].flatMap((id) => [until, id]));
      pipeline.pexpire(keyOf(workspaceId), socketLeaseMs);
    }
    await pipeline.exec().catch((error: unknown) => this.logger.warn({ event: 'sockets.not_counted', error: String(error) }));
  }

  private forget(workspaceId: string, socketId: string): void {
    const own = this.own.get(workspaceId);
    own?.delete(socketId);
    if (own?.size === 0) this.own.delete(workspaceId);
  }
}

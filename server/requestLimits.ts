import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { requestWindowMs, sharedBucketPatienceMs, sharedBucketRestMs, signInFailureWindowMs } from '../domain/identityLimits.js';
import type { RedisLink } from '../platform/redisLink.js';

/** What is left of a bucket after a request. */
export interface Taken {
  isAllowed: boolean;
  limit: number;
  remaining: number;
  windowMs: number;
  /** Until the bucket is full again. */
  resetMs: number;
}

/** One kind of bucket: so many requests in a window, by name. */
interface Bucket {
  limit: number;
  windowMs: number;
  shared: RateLimiterAbstract | undefined;
  local: RateLimiterAbstract;
}

export interface RequestLimitOptions {
  redis: RedisLink;
  /** Requests a minute. */
  perKey: number;
  perAddress: number;
  /** Refused sign-ins and tokens in ten minutes. */
  failuresPerAddress: number;
}

/**
 * Buckets of requests by who asks, and by the address where nobody is known. With Redis all servers share them; a Redis that
 * is away or slow costs one request a moment, and the buckets of this process serve meanwhile.
 */
export class RequestLimits {
  private readonly redis: Redis | undefined;
  private readonly buckets: Record<'caller' | 'address' | 'failure', Bucket>;
  /** Monotonic time until which Redis is left alone. */
  private restUntil = 0;

  constructor({ redis, perKey, perAddress, failuresPerAddress }: RequestLimitOptions) {
    this.redis = redis.open({ commandTimeout: sharedBucketPatienceMs });
    this.buckets = {
      caller: this.bucket('caller', perKey, requestWindowMs),
      address: this.bucket('address', perAddress, requestWindowMs),
      failure: this.bucket('failure', failuresPerAddress, signInFailureWindowMs),
    };
  }

  /** Takes one request out of a bucket. Never fails. */
  async take(kind: 'caller' | 'address' | 'failure', name: string): Promise<Taken> {
    const { limit, windowMs, shared, local } = this.buckets[kind];
    const left = (shared && performance.now() >= this.restUntil && (await this.consume(shared, name))) || (await this.consume(local, name));
    if (!left) throw new Error('a bucket of this process always answers');
    const isAllowed = left.consumedPoints <= limit;
    return { isAllowed, limit, windowMs, remaining: Math.max(0, left.remainingPoints), resetMs: Math.max(0, left.msBeforeNext) };
  }

  close(): void {
    this.redis?.disconnect();
  }

  /** Undefined where Redis did not answer. */
  private async consume(limiter: RateLimiterAbstract, name: string): Promise<RateLimiterRes | undefined> {
    try {
      return await limiter.consume(name);
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return refusal;
      this.restUntil = performance.now() + sharedBucketRestMs;
      return undefined;
    }
  }

  private bucket(kind: string, limit: number, windowMs: number): Bucket {
    const options = { keyPrefix: `postrider:requests:${kind}`, points: limit, duration: windowMs / 1_000 };
    const shared = this.redis && new RateLimiterRedis({ ...options, storeClient: this.redis, rejectIfRedisNotReady: true });
    return { limit, windowMs, shared, local: new RateLimiterMemory(options) };
  }
}

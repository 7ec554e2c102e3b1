import { jest } from '@jest/globals';
import { reserveBatchWindowMs } from '../../domain/limits.js';
import { plainLimits, type RateLimits, type ReserveRequest } from '../../domain/rateLimit.js';
import { newRateLimiterState, type RateLimiterState } from '../../domain/rateLimiterState.js';
import { refusalOf, reserve } from '../../domain/reserve.js';
import type { Permit } from '../../limiter/permits.js';
import type { AskLimiter, Grant, TokenBroker, TurnRequest } from '../../limiter/tokenBroker.js';

export const limits = plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1 });

export const turn = (fields: Partial<TurnRequest> = {}): TurnRequest => ({
  lane: 'normal',
  cost: 1,
  sender: 'any',
  returning: { times: 0, waitedMs: 0 },
  ...fields,
});

/** The rateLimiter workflows of all workspaces, without Temporal. */
export class Limiters {
  readonly requests: (ReserveRequest & { workspaceId: string })[] = [];
  private readonly states = new Map<string, RateLimiterState>();

  /** How long a question is on its way, and as long its answer; milliseconds. */
  constructor(private readonly wayMs: () => number = () => 1) {}

  readonly ask: AskLimiter = async (workspaceId, request) => {
    const askedAt = performance.now();
    this.requests.push({ ...request, workspaceId });
    await passed(this.wayMs());
    let state = this.states.get(workspaceId);
    if (!state) this.states.set(workspaceId, (state = newRateLimiterState(request.limits, Date.now())));
    const answer = refusalOf(state, request, Date.now()) ?? reserve(state, request, Date.now());
    await passed(this.wayMs());
    return { answer, askedAt };
  };
}

export const passed = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export const enough = 2 * reserveBatchWindowMs + 10;

/** Asks for `count` grants and waits for them. */
export async function acquire(
  broker: TokenBroker,
  count = 1,
  { workspaceId = 'w', given = limits, ...fields }: Partial<TurnRequest> & { workspaceId?: string; given?: RateLimits } = {},
): Promise<Grant[]> {
  const grants = Promise.all(Array.from({ length: count }, () => broker.acquire(workspaceId, turn(fields), given)));
  await jest.advanceTimersByTimeAsync(enough);
  return grants;
}

export async function permit(broker: TokenBroker, fields: Parameters<typeof acquire>[2] = {}): Promise<Permit> {
  const [grant] = await acquire(broker, 1, fields);
  if (grant?.kind !== 'permit') throw new Error(`no permit: ${JSON.stringify(grant)}`);
  return grant.permit;
}

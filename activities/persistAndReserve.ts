import { limiterUnavailableRetryMs } from '../domain/limits.js';
import type { OutboundMessage, SendToken } from '../domain/message.js';
import { isClosed } from '../domain/messageStatus.js';
import type { Persisted } from '../domain/submission.js';
import { LimiterUnavailable } from '../limiter/tokenBroker.js';
import type { Dependencies } from './dependencies.js';

/**
 * Local activity. Stores the message (once, whatever is retried) and asks the workspace's limiter for its slot, both
 * at the same time. It never waits for the slot: a local activity holds its worker's task slot.
 */
export function persistAndReserve({ store, workspaces, broker }: Dependencies) {
  return async (message: OutboundMessage): Promise<Persisted> => {
    const { limits } = await workspaces.get(message.workspaceId);
    const [stored, token] = await Promise.all([
      store.persist(message),
      broker.reserve(message.workspaceId, message.priority, limits).catch(unlessUnavailable),
    ]);
    return {
      createdAtMs: stored.createdAtMs,
      status: stored.status,
      attempt: stored.attempt,
      providerMessageId: stored.providerMessageId,
      owned: stored.samePayload && stored.generation === message.generation && !isClosed(stored.status),
      token,
      // Taken here: a workflow's clock stands still while this runs.
      waitMs: token ? Math.max(0, token.notBeforeMs - Date.now()) : limiterUnavailableRetryMs,
    };
  };
}

/** Null for a limiter that can't be asked now; the workflow sleeps and asks again. */
export function unlessUnavailable(error: unknown): SendToken | null {
  if (error instanceof LimiterUnavailable) return null;
  throw error;
}

import { shedFrom } from '../domain/loadLevel.js';
import type { RateLimits } from '../domain/rateLimit.js';
import type { Grant, TurnRequest } from '../limiter/tokenBroker.js';
import type { Dependencies } from './dependencies.js';

/** `paused`: the limiter was not asked, so that this is no question in vain, after which one waits longer and longer. */
export type Turn = Grant | { kind: 'paused'; waitMs: number };

/** Asks the limiter for a turn; under load a bulk message is told to come later without a question. */
export async function acquireTurn(
  { broker, load, paused, telemetry }: Pick<Dependencies, 'broker' | 'load' | 'paused' | 'telemetry'>,
  workspaceId: string,
  request: TurnRequest,
  limits: RateLimits,
): Promise<Turn> {
  if (request.lane !== 'bulk' || load.level < shedFrom.bulkDispatch) return broker.acquire(workspaceId, request, limits);
  telemetry.count('shed_total', { what: 'bulk_dispatch' });
  return { kind: 'paused', waitMs: paused.next(performance.now()) };
}

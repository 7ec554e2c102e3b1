import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { limiterIdleEndMs, limiterUpdatesPerRunMax } from '../domain/limits.js';
import { isFull, newRateLimiterState, type RateLimiterState, type RateLimits, type ReserveRequest, reserve } from '../domain/rateLimit.js';
import { getLimiterStateQuery, reserveUpdate } from './messages.js';

export interface RateLimiterInput {
  limits: RateLimits;
  /** Carried over by continue-as-new. */
  state?: RateLimiterState;
  /** How long without a request, milliseconds, before the workflow may end. */
  idleEndMs?: number;
  /** Updates in one run before it continues as new. */
  updatesPerRunMax?: number;
}

/**
 * The send rate of one workspace. Every request is answered within one workflow task; nobody waits in here and nobody
 * has to give anything back. It ends when it is idle and its bucket is full: a later start then gives no burst that
 * was not there before.
 */
export async function rateLimiter(input: RateLimiterInput): Promise<void> {
  const { idleEndMs = limiterIdleEndMs, updatesPerRunMax = limiterUpdatesPerRunMax } = input;
  const state = input.state ?? newRateLimiterState(input.limits);
  let updates = 0;
  let updatesAtLastLook = -1;

  setHandler(getLimiterStateQuery, () => state);
  setHandler(
    reserveUpdate,
    (request) => {
      updates += 1;
      const answer = reserve(state, request, Date.now());
      const { limits } = state;
      setCurrentDetails(
        `${limits.ratePerSecond} messages/s, burst ${limits.burst}; calendar booked until ${new Date(state.tatMs).toISOString()}`,
      );
      return answer;
    },
    { validator: validateRequest },
  );

  const runIsLong = () => updates >= updatesPerRunMax || workflowInfo().continueAsNewSuggested;
  for (;;) {
    if (await condition(runIsLong, idleEndMs)) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof rateLimiter>({ ...input, limits: state.limits, state });
    }
    if (updates === updatesAtLastLook && isFull(state, Date.now())) return;
    updatesAtLastLook = updates;
  }
}

function validateRequest(request: ReserveRequest): void {
  const { ratePerSecond, burst } = request.limits;
  if (!(ratePerSecond > 0 && burst >= 1)) {
    throw ApplicationFailure.nonRetryable(`limits make no sense: ${ratePerSecond} messages/s, burst ${burst}`, 'InvalidLimits');
  }
}

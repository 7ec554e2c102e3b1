import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { LimiterActivities } from '../activities/index.js';
import { adoptLimits } from '../domain/adoptLimits.js';
import { describeLimiter } from '../domain/describeLimiter.js';
import { workspaceOfRateLimiter } from '../domain/ids.js';
import { limiterIdleEndMs, limiterUpdatesPerRunMax } from '../domain/limits.js';
import { faultOf, invalidLimits } from '../domain/limitsChange.js';
import { answerFor, type OlderRequest, upgradeRequest, upgradeState } from '../domain/olderLimiter.js';
import { noSlotInHorizon, plainLimits, type RateLimits, type ReserveRequest } from '../domain/rateLimit.js';
import { newRateLimiterState, type RateLimiterState, tellTime } from '../domain/rateLimiterState.js';
import { refusalOf, reserve } from '../domain/reserve.js';
import { isFull } from '../domain/settle.js';
import { getLimiterStateQuery, reserveUpdate, setLimitsUpdate } from './messages.js';

export interface RateLimiterInput {
  limits: Pick<RateLimits, 'ratePerSecond' | 'burst' | 'epoch'> & Partial<RateLimits>;
  /** Carried over by continue-as-new. */
  state?: RateLimiterState;
  /** How long without a request, milliseconds, before the workflow may end. */
  idleEndMs?: number;
  /** Updates in one run before it continues as new. */
  updatesPerRunMax?: number;
}

// Refused changes are not retried: the validator has seen them, and the database sees them again.
const { storeLimits } = proxyActivities<LimiterActivities>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { nonRetryableErrorTypes: [invalidLimits] },
});

/**
 * The send rate of one workspace. Every request is answered within one workflow task; nobody waits in here and nobody
 * has to give anything back. It ends when it is idle and its bucket is full: a later start then gives no burst that
 * was not there before.
 */
export async function rateLimiter(input: RateLimiterInput): Promise<void> {
  const { idleEndMs = limiterIdleEndMs, updatesPerRunMax = limiterUpdatesPerRunMax } = input;
  const limits = plainLimits(input.limits);
  const state = input.state ? upgradeState(input.state, limits, Date.now()) : newRateLimiterState(limits, Date.now());
  let updates = 0;
  let updatesAtLastLook = -1;

  const show = () => setCurrentDetails(describeLimiter(state));
  setHandler(getLimiterStateQuery, () => state);
  setHandler(
    reserveUpdate,
    (request) => {
      updates += 1;
      const answer = reserve(state, upgradeRequest(request), Date.now());
      show();
      return answerFor(request, answer);
    },
    { validator: (request) => validateRequest(state, request) },
  );
  setHandler(
    setLimitsUpdate,
    async (change) => {
      updates += 1;
      const changed = await storeLimits({ workspaceId: workspaceOfRateLimiter(workflowInfo().workflowId), ...change });
      adoptLimits(state, changed, tellTime(state, Date.now()));
      show();
      return changed;
    },
    {
      validator: (change) => {
        const fault = faultOf(change);
        if (fault) throw ApplicationFailure.nonRetryable(fault, invalidLimits);
      },
    },
  );

  const runIsLong = () => updates >= updatesPerRunMax || workflowInfo().continueAsNewSuggested;
  for (;;) {
    if (await condition(runIsLong, idleEndMs)) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof rateLimiter>({ ...input, limits: state.limits, state });
    }
    if (updates === updatesAtLastLook && allHandlersFinished() && isFull(state, tellTime(state, Date.now()))) return;
    updatesAtLastLook = updates;
  }
}

/** Refuses what makes no sense and, without a trace in the history, a question in which nobody gets a turn. */
function validateRequest(state: RateLimiterState, asked: ReserveRequest | OlderRequest): void {
  const { ratePerSecond, burst } = asked.limits;
  if (!(ratePerSecond > 0 && burst >= 1)) {
    throw ApplicationFailure.nonRetryable(`limits make no sense: ${ratePerSecond} messages/s, burst ${burst}`, invalidLimits);
  }
  const refusal = refusalOf(state, upgradeRequest(asked), Date.now());
  if (refusal) throw ApplicationFailure.nonRetryable('no slot within the horizon: come later', noSlotInHorizon, refusal);
}

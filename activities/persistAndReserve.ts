import { ApplicationFailure } from '@temporalio/activity';
import type { FailureDetails } from '../domain/failureDetails.js';
import { limiterUnavailableRetryMs, slotNearMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { isClosed } from '../domain/messageStatus.js';
import type { Persisted, Submission, SubmitInput } from '../domain/submission.js';
import { LimiterUnavailable } from '../limiter/askLimiterWorkflow.js';
import type { Grant } from '../limiter/tokenBroker.js';
import type { Dependencies } from './dependencies.js';
import { submit } from './submit.js';

/**
 * Local activity. Stores the message (once, whatever is retried) and asks for the right to send it, both at the same
 * time; where that is free at once, the first attempt is made here, which spares the way over the server. It never
 * waits for a slot: a local activity holds its worker's task slot.
 */
export function persistAndReserve(dependencies: Dependencies) {
  const { store, workspaces, broker } = dependencies;
  return async (message: OutboundMessage): Promise<Persisted> => {
    const { limits, errorPolicy } = await workspaces.get(message.workspaceId);
    const asked = broker.acquire(message.workspaceId, message.priority, limits).catch(unlessUnavailable);
    const stored = await store.persist(message).catch(async (error: unknown) => {
      const unneeded = await asked;
      if (unneeded?.kind === 'permit') unneeded.permit.drop();
      throw error;
    });
    const grant = await asked;
    const { createdAtMs, status, attempt, providerMessageId } = stored;
    const owned = stored.samePayload && stored.generation === message.generation && !isClosed(status);
    const persisted = {
      createdAtMs,
      status,
      attempt,
      providerMessageId,
      owned,
      token: null,
      waitMs: 0,
      waitingFor: 'slot' as const,
      submission: null,
      ...(Object.keys(errorPolicy).length > 0 && { errorPolicy }),
    };
    if (!owned || !grant) {
      if (grant?.kind === 'permit') grant.permit.drop();
      return { ...persisted, waitMs: owned ? limiterUnavailableRetryMs : 0, waitingFor: 'limiter' };
    }
    // Taken here: a workflow's clock stands still while this runs.
    const waitMs = grant.kind === 'slot' ? Math.max(0, grant.token.notBeforeMs - Date.now()) : 0;
    if (waitMs > slotNearMs || !dependencies.firstSendIsLocal) {
      if (grant.kind === 'permit') grant.permit.drop();
      return { ...persisted, token: grant.kind === 'slot' ? grant.token : null, waitMs };
    }
    return { ...persisted, submission: await firstAttempt(dependencies, { message, createdAtMs, attempt, token: null }, grant) };
  };
}

/** A failure of the first attempt proves that nothing was sent; the next one is an activity that people can see. */
async function firstAttempt(dependencies: Dependencies, input: SubmitInput, grant: Grant): Promise<Submission> {
  try {
    return await submit(dependencies, input, grant);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const [{ class: errorClass, code, attempt, waitMs, waitingFor }] = error.details as [FailureDetails];
    const failed = { error: { code, message: error.message }, ...(attempt !== null && { attempt }) };
    // A connection that failed once is tried again at once: mostly the next one works.
    return { kind: 'wait', waitMs: errorClass === 'NETWORK' ? 0 : (waitMs ?? 0), waitingFor, token: null, ...failed };
  }
}

/** Undefined for a limiter that can't be asked now; the workflow sleeps and asks again. */
function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof LimiterUnavailable)) throw error;
}

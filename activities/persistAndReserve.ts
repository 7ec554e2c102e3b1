import { ApplicationFailure } from '@temporalio/activity';
import type { FailureDetails } from '../domain/failureDetails.js';
import { slotNearMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { isClosed, type MessageStatus } from '../domain/messageStatus.js';
import { limiterRetryDelayMs } from '../domain/retryDelay.js';
import type { Persisted, Submission, SubmitInput } from '../domain/submission.js';
import { LimiterUnavailable } from '../limiter/askLimiterWorkflow.js';
import type { Grant } from '../limiter/tokenBroker.js';
import { wallClock } from '../platform/checkedClock.js';
import type { MessageToPersist, PersistedMessage } from '../storage/persistMessages.js';
import { acquireTurn } from './acquireTurn.js';
import { closedToAll } from './chooseWay.js';
import type { Dependencies } from './dependencies.js';
import { submit } from './submit.js';
import { turnRequest } from './turnRequest.js';

/**
 * Local activity. Stores the message (once, whatever is retried) and asks for the right to send it, both at the same
 * time; where that is free at once, the first attempt is made here, which spares the way over the server. It never
 * waits for a slot: a local activity holds its worker's task slot. A scheduled message is stored, and released to the
 * queue by the call that comes when its time has come.
 */
export function persistAndReserve(dependencies: Dependencies) {
  const { store, workspaces } = dependencies;
  return async (given: MessageToPersist): Promise<Persisted> => {
    const workspace = await workspaces.get(given.workspaceId);
    const { limits, errorPolicy } = workspace;
    const isAhead = (given.sendAtMs ?? 0) > wallClock.now();
    const closed = closedToAll(workspace, given);
    const asked =
      isAhead || closed
        ? undefined
        : acquireTurn(dependencies, given.workspaceId, turnRequest(given, limits), limits).catch(unlessUnavailable);
    const stored = await store.persist(given).catch(async (error: unknown) => {
      const unneeded = await asked;
      if (unneeded?.kind === 'permit') unneeded.permit.drop();
      throw error;
    });
    const grant = await asked;
    const { createdAtMs, attempt, providerMessageId, validUntilMs } = stored;
    const ours = stored.samePayload && stored.generation === given.generation;
    const status = ours && stored.status === 'scheduled' ? await releaseIfDue(dependencies, given, stored) : stored.status;
    const owned = ours && !isClosed(status);
    const message = { ...given, validUntilMs };
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
      // Put off by an earlier run, or by the hours of the recipient.
      ...((status === 'scheduled' || validUntilMs !== given.validUntilMs) && {
        deferral: { sendAtMs: stored.sendAtMs ?? 0, validUntilMs },
      }),
    };
    if (status === 'scheduled' && owned) {
      if (grant?.kind === 'permit') grant.permit.drop();
      return {
        ...persisted,
        waitMs: Math.max(0, (stored.sendAtMs ?? 0) - wallClock.now()),
        waitingFor: given.quietHours ? 'quietHours' : 'schedule',
      };
    }
    if (!owned || !grant) {
      if (grant?.kind === 'permit') grant.permit.drop();
      if (!owned) return persisted;
      if (closed) return { ...persisted, ...closed };
      return { ...persisted, waitMs: limiterRetryDelayMs(1, Math.random()), waitingFor: 'limiter', unanswered: 1 };
    }
    if (grant.kind === 'paused') return { ...persisted, waitMs: grant.waitMs };
    if (grant.kind === 'later') return { ...persisted, waitMs: grant.waitMs, asked: { times: 1, waitedMs: grant.waitMs } };
    // Taken here: a workflow's clock stands still while this runs.
    const waitMs = grant.kind === 'slot' ? Math.max(0, grant.token.notBeforeMs - wallClock.now()) : 0;
    if (waitMs > slotNearMs || !dependencies.firstSendIsLocal) {
      if (grant.kind === 'permit') grant.permit.drop();
      return { ...persisted, token: grant.kind === 'slot' ? grant.token : null, waitMs };
    }
    return { ...persisted, submission: await firstAttempt(dependencies, { message, createdAtMs, attempt, token: null }, grant) };
  };
}

/** Lets a scheduled message into the queue once its time has come; answers its state. */
async function releaseIfDue(
  { store }: Dependencies,
  { workspaceId, messageId }: OutboundMessage,
  { status, createdAtMs, attempt, sendAtMs }: PersistedMessage,
): Promise<MessageStatus> {
  if ((sendAtMs ?? 0) > wallClock.now()) return status;
  const about = { workspaceId, messageId, createdAtMs, attempt, provider: '', attemptStatus: null };
  const advanced = await store.advance({ ...about, messageStatus: 'queued', from: ['scheduled'] });
  return advanced?.status ?? status;
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

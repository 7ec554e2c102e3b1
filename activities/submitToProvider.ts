import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import {
  attemptWriteWindowMs,
  heartbeatEveryMs,
  heartbeatFromMs,
  inProcessWaitMaxMs,
  limiterUnavailableRetryMs,
} from '../domain/limits.js';
import type { SendToken } from '../domain/message.js';
import { isClosed, isTerminal } from '../domain/messageStatus.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import type { SendOutcome, SendRequest } from '../providers/provider.js';
import { providerNamed } from '../providers/registry.js';
import { beginAttempt, type AttemptAnswer } from '../storage/sendAttempts.js';
import { statusCallbackUrl } from '../storage/callbackUrls.js';
import type { Workspace } from '../storage/workspaces.js';
import type { Dependencies } from './dependencies.js';
import { unlessUnavailable } from './persistAndReserve.js';
import { settleOutcome } from './settleOutcome.js';

/** The provider's validity period, seconds. */
const validityMinS = 1;
const validityMaxS = 36_000;

/**
 * Sends one message, at most once in whatever happens. The order is the point: slot and gate, then a connection, then
 * the attempt's row, then the first byte. Only who inserted the row writes; who finds another's row decides nothing
 * but `uncertain`.
 *
 * Retried by Temporal only where the failure proves that the provider did not process the message.
 */
export function submitToProvider(dependencies: Dependencies) {
  return async (input: SubmitInput): Promise<Submission> => {
    const stopHeartbeat = heartbeat();
    try {
      return await submit(dependencies, input);
    } finally {
      stopHeartbeat();
    }
  };
}

/** Heartbeats begin late, so that the usual quick send costs none; after that a frozen or dead process is noticed. */
function heartbeat(): () => void {
  const { heartbeat: beat } = Context.current();
  let timer = setTimeout(function tick() {
    beat();
    timer = setTimeout(tick, heartbeatEveryMs);
  }, heartbeatFromMs);
  return () => clearTimeout(timer);
}

async function submit(dependencies: Dependencies, input: SubmitInput): Promise<Submission> {
  const { workspaces, broker, gate } = dependencies;
  const { message } = input;
  let { token, attempt } = input;
  attempt += 1;
  for (;;) {
    const workspace = await workspaces.get(message.workspaceId);
    const now = Date.now();
    if (!token || token.goodUntilMs < now || token.notBeforeMs > now + inProcessWaitMaxMs) {
      token = await broker.reserve(message.workspaceId, message.priority, workspace.limits).catch(unlessUnavailable);
      if (!token) return { kind: 'wait', waitMs: limiterUnavailableRetryMs, token: null };
    }
    const waitMs = token.notBeforeMs - Date.now();
    if (waitMs > inProcessWaitMaxMs) return { kind: 'wait', waitMs, token };
    if (waitMs > 0) await delay(waitMs);
    const gateMs = gate.enter(message.workspaceId, workspace.limits);
    if (gateMs > 0) await delay(gateMs);

    const sent = await sendOnce(dependencies, workspace, input, attempt, token);
    if (sent.kind === 'done') return sent.submission;
    if (sent.kind === 'late') {
      // The row is closed as not sent; its number is used up, and the slot is over.
      attempt += 1;
      continue;
    }
    const { standing } = sent;
    if (standing.status !== 'queued' || standing.generation !== message.generation || standing.expired) return foundOtherwise(dependencies, input, standing);
    attempt = standing.newestAttempt + 1;
    if (standing.limitsEpoch > token.limitsEpoch) {
      // The limits were changed after the token was given.
      workspaces.forget(message.workspaceId);
      broker.dropLease(message.workspaceId);
      token = null;
    }
  }
}

/** The attempt's row as `beforeWrite` left it; `none` where no connection came about. */
type RowState = 'none' | 'begun' | 'late' | { refused: AttemptAnswer } | { failed: unknown };

type Sent = { kind: 'done'; submission: Submission } | { kind: 'late' } | { kind: 'refused'; standing: AttemptAnswer };

async function sendOnce(dependencies: Dependencies, workspace: Workspace, input: SubmitInput, attempt: number, token: SendToken): Promise<Sent> {
  const { database, providers } = dependencies;
  const { message } = input;
  const { account } = workspace;
  if (!account) throw ApplicationFailure.nonRetryable(`workspace ${workspace.id} has no provider account`, 'NoProviderAccount');
  const request: SendRequest = {
    to: message.to,
    from: message.from,
    body: message.body,
    mediaUrls: message.mediaUrls,
    statusCallback: statusCallbackUrl(dependencies.publicBaseUrl, workspace, { messageId: message.messageId, attempt }),
    validitySeconds: Math.min(validityMaxS, Math.max(validityMinS, Math.floor((message.validUntilMs - Date.now()) / 1_000))),
  };

  const row: { state: RowState } = { state: 'none' };
  const beforeWrite = async (): Promise<boolean> => {
    const startedAt = performance.now();
    try {
      const answer = await beginAttempt(database, {
        workspaceId: message.workspaceId,
        messageId: message.messageId,
        createdAtMs: input.createdAtMs,
        generation: message.generation,
        token: randomUUID(),
        limitsEpoch: token.limitsEpoch,
        provider: account.provider,
        attempt,
        writeWindowMs: attemptWriteWindowMs,
      });
      if (!answer) throw ApplicationFailure.nonRetryable(`message ${message.messageId} is not stored`, 'MessageMissing');
      if (!answer.begun) row.state = { refused: answer };
      else row.state = performance.now() - startedAt < attemptWriteWindowMs ? 'begun' : 'late';
    } catch (failed) {
      // The row may be there or not; that no byte has left is certain, and is stored below.
      row.state = { failed };
    }
    return row.state === 'begun';
  };
  const outcome = await providerNamed(providers, account.provider).send(account, request, beforeWrite);
  const decided = row.state;
  if (typeof decided === 'object' && 'refused' in decided) return { kind: 'refused', standing: decided.refused };
  const news = { workspaceId: message.workspaceId, messageId: message.messageId, attempt, provider: account.provider };
  if (decided === 'none') throw unreachable(outcome);
  const submission = await settleOutcome(dependencies, news, outcome);
  if (submission.kind !== 'notStored') {
    if (decided === 'late') return { kind: 'late' };
    if (typeof decided === 'object') throw decided.failed;
    if (outcome.kind === 'notSent') throw unreachable(outcome);
    if (outcome.kind === 'rateLimited') {
      throw ApplicationFailure.create({
        message: `the provider refused for its rate (code ${outcome.code})`,
        type: 'RateLimited',
        ...(outcome.retryAfterMs !== null && { nextRetryDelay: outcome.retryAfterMs }),
      });
    }
  }
  return { kind: 'done', submission };
}

function unreachable(outcome: SendOutcome): ApplicationFailure {
  const reason = outcome.kind === 'notSent' ? outcome.reason : outcome.kind;
  return ApplicationFailure.create({ message: `the provider could not be reached: ${reason}`, type: 'ProviderUnreachable' });
}

/** What another run, a callback or a person has made of the message in the meantime. */
async function foundOtherwise({ store, reconcileDelaysMs }: Dependencies, { message }: SubmitInput, now: AttemptAnswer): Promise<Submission> {
  const about = { workspaceId: message.workspaceId, messageId: message.messageId, attempt: now.newestAttempt, provider: '' };
  if (now.generation !== message.generation) return { kind: 'ended', status: now.status, error: null };
  if (now.status === 'queued') {
    const error = { code: 'expired', message: 'its validity was over before it could be sent' };
    const stored = await store.advance({ ...about, attemptStatus: null, messageStatus: 'expired', from: ['queued'], error });
    return { kind: 'ended', status: stored?.status ?? 'expired', error };
  }
  if (now.status === 'dispatching' || now.status === 'uncertain') {
    const reason = 'an earlier run of this step began to send and did not say how it ended';
    await store.advance({ ...about, attemptStatus: 'uncertain', messageStatus: 'uncertain', from: ['dispatching'], evidence: reason });
    return { kind: 'uncertain', attempt: now.newestAttempt, reason, checkInMs: reconcileDelaysMs[0] ?? 0 };
  }
  if (isClosed(now.status) && !isTerminal(now.status)) return { kind: 'ended', status: now.status, error: null };
  return { kind: 'submitted', attempt: now.newestAttempt, status: now.status, providerMessageId: now.providerMessageId };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { laneName } from '../domain/lanes.js';
import { attemptWriteWindowMs, validitySecondsMax } from '../domain/limits.js';
import { isClosed, isTerminal } from '../domain/messageStatus.js';
import { costOf } from '../domain/rateLimit.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import type { GatePlace } from '../limiter/sendGate.js';
import type { Grant } from '../limiter/tokenBroker.js';
import { callAfter, callMessages } from '../lives/callMessages.js';
import { TurnedAway } from '../platform/turns.js';
import type { SendOutcome, SendRequest } from '../providers/provider.js';
import { providerNamed } from '../providers/registry.js';
import { statusCallbackUrl } from '../storage/callbackUrls.js';
import { type AttemptAnswer, beginAttempt } from '../storage/sendAttempts.js';
import type { Workspace } from '../storage/workspaces.js';
import { awaitTurn } from './awaitTurn.js';
import { coolDown } from './coolDown.js';
import { deferToOpening } from './deferToOpening.js';
import type { Dependencies } from './dependencies.js';
import { type FailureContext, failureOf, type Obstacle } from './failures.js';
import { rightToSend } from './rightToSend.js';
import { settleOutcome } from './settleOutcome.js';
import { type Unsent, unsentEnd } from './unsentEnd.js';

/** The provider's validity period, seconds. */
const validityMinS = 1;

/**
 * Sends one message, at most once in whatever happens. The order is the point: the right to send and the gate, then a
 * connection, then the attempt's row, then the first byte. Only who inserted the row writes; who finds another's row
 * decides nothing but `uncertain`.
 *
 * Throws a failure (activities/failures.ts) only where the provider processed nothing.
 */
export async function submit(dependencies: Dependencies, input: SubmitInput, granted?: Grant): Promise<Submission> {
  try {
    // The turn comes first: a slot that is waited for must not pass while others send.
    return await dependencies.sends.run(laneName(input.message), () => submitInTurn(dependencies, input, granted));
  } catch (error) {
    if (!(error instanceof TurnedAway)) throw error;
    return handBack(input, granted);
  }
}

/** This process ends: another one takes the message up, and its slot where it has one, or as one that has waited. */
function handBack({ token, outOfTurn, asked }: SubmitInput, granted?: Grant): Submission {
  if (granted?.kind === 'permit') granted.permit.drop();
  const slot = granted?.kind === 'slot' ? granted.token : token;
  const returning = slot ? asked : (asked ?? { times: 1, waitedMs: 0 });
  return {
    kind: 'wait',
    waitMs: 0,
    waitingFor: 'slot',
    token: slot,
    ...(outOfTurn && { outOfTurn }),
    ...(returning && { asked: returning }),
  };
}

async function submitInTurn(dependencies: Dependencies, input: SubmitInput, granted?: Grant): Promise<Submission> {
  const held: HeldPlace = {};
  try {
    return await submitHolding(dependencies, input, granted, held);
  } finally {
    held.place?.drop();
  }
}

/** The place at the gate, once there is one. */
interface HeldPlace {
  place?: GatePlace;
}

async function submitHolding(
  dependencies: Dependencies,
  input: SubmitInput,
  granted: Grant | undefined,
  held: HeldPlace,
): Promise<Submission> {
  const { workspaces, gate } = dependencies;
  const { message } = input;
  let grant: Grant | undefined = granted ?? (input.token ? { kind: 'slot', token: input.token } : undefined);
  let attempt = input.attempt + 1;
  for (;;) {
    const mayNot =
      Date.now() > message.validUntilMs
        ? await endUnsent(dependencies, input, attempt - 1, 'expired')
        : ((await deferToOpening(dependencies, input)) ??
          (input.outOfTurn && !held.place ? await awaitTurn(dependencies, input) : undefined));
    if (mayNot) {
      if (grant?.kind === 'permit') grant.permit.drop();
      if (mayNot.kind !== 'wait' || mayNot.waitingFor !== 'earlier')
        void callAfter(dependencies, { ...message, createdAtMs: input.createdAtMs });
      return mayNot;
    }
    const workspace = await workspaces.get(message.workspaceId);
    const right = await rightToSend(dependencies, workspace, input, grant);
    if ('kind' in right) return right;
    grant = { kind: 'permit', permit: right };
    if (!held.place) {
      held.place = gate.enter(message.workspaceId, workspace.limits, costOf(message, workspace.limits));
      if (held.place.waitMs > 0) await delay(held.place.waitMs);
    }
    const { place } = held;
    const leaves = () => {
      right.used();
      place.used();
    };

    const sent = await sendOnce(dependencies, workspace, input, attempt, { limitsEpoch: right.limitsEpoch, leaves }).catch(
      (error: unknown) => {
        // Nothing for a right that was used; one that was not serves the next message.
        right.drop();
        throw error;
      },
    );
    if (sent.kind === 'done') return sent.submission;
    if (sent.kind === 'late') {
      // The row is closed as not sent; its number is used up.
      attempt += 1;
      place.drop();
      delete held.place;
      continue;
    }
    const { standing } = sent;
    if (standing.optedOut && isSendable(standing, message.generation)) {
      right.drop();
      const ended = await endUnsent(dependencies, input, standing.newestAttempt, 'optedOut');
      void callAfter(dependencies, { ...message, createdAtMs: input.createdAtMs });
      return ended;
    }
    if (standing.outOfTurn && isSendable(standing, message.generation)) {
      const wait = await awaitTurn(dependencies, input);
      if (!wait) {
        // It keeps its right, and its place at the gate: nothing has left by them.
        attempt = standing.newestAttempt + 1;
        continue;
      }
      right.drop();
      return wait;
    }
    right.drop();
    grant = undefined;
    if (!isSendable(standing, message.generation)) return foundOtherwise(dependencies, input, standing);
    attempt = standing.newestAttempt + 1;
    // The limits were changed after the right was given.
    if (standing.limitsEpoch > right.limitsEpoch) workspaces.forget(message.workspaceId);
  }
}

/** Whether the row is as a send needs it. */
function isSendable({ status, generation, expired }: AttemptAnswer, own: number): boolean {
  return status === 'queued' && generation === own && !expired;
}

/** The attempt's row as `beforeWrite` left it; `none` where no connection came about. */
type RowState = 'none' | 'begun' | 'late' | { refused: AttemptAnswer } | { failed: unknown };

type Sent = { kind: 'done'; submission: Submission } | { kind: 'late' } | { kind: 'refused'; standing: AttemptAnswer };

async function sendOnce(
  dependencies: Dependencies,
  workspace: Workspace,
  input: SubmitInput,
  attempt: number,
  right: { limitsEpoch: number; leaves(): void },
): Promise<Sent> {
  const { database, providers, telemetry } = dependencies;
  const { message } = input;
  const { account, errorPolicy: overrides } = workspace;
  const tries = Context.current().info.attempt;
  const notBegun: FailureContext = { tries, attempt: attempt - 1, overrides };
  if (!account) {
    throw failureOf({ kind: 'own', code: 'no_provider_account', message: `workspace ${workspace.id} has no provider account` }, notBegun);
  }
  const request: SendRequest = {
    to: message.to,
    from: message.from,
    body: message.body,
    mediaUrls: message.mediaUrls,
    statusCallback: statusCallbackUrl(dependencies.publicBaseUrl, workspace, {
      messageId: message.messageId,
      createdAtMs: input.createdAtMs,
      attempt,
    }),
    validitySeconds: Math.min(validitySecondsMax, Math.max(validityMinS, Math.floor((message.validUntilMs - Date.now()) / 1_000))),
  };

  const row: { state: RowState; begunAt: number; writeUntil: number; next: string[] } = {
    state: 'none',
    begunAt: 0,
    writeUntil: 0,
    next: [],
  };
  const isInTime = () => performance.now() < row.writeUntil;
  const beforeWrite = async (): Promise<boolean> => {
    row.writeUntil = performance.now() + attemptWriteWindowMs;
    try {
      const answer = await beginAttempt(database, {
        workspaceId: message.workspaceId,
        messageId: message.messageId,
        createdAtMs: input.createdAtMs,
        generation: message.generation,
        to: message.to,
        token: randomUUID(),
        limitsEpoch: right.limitsEpoch,
        provider: account.provider,
        attempt,
        writeWindowMs: attemptWriteWindowMs,
      });
      if (!answer)
        throw failureOf({ kind: 'own', code: 'message_missing', message: `message ${message.messageId} is not stored` }, notBegun);
      if (!answer.begun) row.state = { refused: answer };
      else row.state = isInTime() ? 'begun' : 'late';
      if (row.state === 'begun') {
        right.leaves();
        row.next = answer.next;
        row.begunAt = performance.now();
        if (attempt === 1)
          telemetry.time('accept_to_attempt_seconds', { lane: message.priority }, Date.now() - (message.sendAtMs ?? message.acceptedAtMs));
      }
    } catch (failed) {
      // The row may be there or not; that no byte has left is certain, and is stored below.
      row.state = { failed };
    }
    return row.state === 'begun';
  };
  const outcome = await providerNamed(providers, account.provider).send(account, request, beforeWrite, isInTime);
  // Frozen between the row and the write: the window has closed since.
  const isTooLate = row.state === 'begun' && outcome.kind === 'notSent' && !isInTime();
  const decided: RowState = isTooLate ? 'late' : row.state;
  if (decided === 'begun') {
    telemetry.count('send_attempts_total', { outcome: outcome.kind });
    telemetry.time('provider_seconds', { outcome: outcome.kind }, performance.now() - row.begunAt);
  }
  if (typeof decided === 'object' && 'refused' in decided) return { kind: 'refused', standing: decided.refused };
  const { workspaceId, messageId } = message;
  const news = { workspaceId, messageId, createdAtMs: input.createdAtMs, attempt, provider: account.provider };
  if (decided === 'none') throw failureOf(unreachable(outcome), notBegun);
  const submission = await settleOutcome(dependencies, news, outcome, { to: message.to, validUntilMs: message.validUntilMs, overrides });
  if (submission.kind !== 'notStored') {
    if (decided === 'late') return { kind: 'late' };
    if (typeof decided === 'object') throw failureOf(decided.failed, notBegun);
    if (outcome.kind === 'notSent') throw failureOf(outcome, { tries, attempt, overrides });
    // Each refusal for the rate has used up an attempt's number, in whichever run: the wait grows with it.
    if (outcome.kind === 'rateLimited') {
      await coolDown(dependencies, workspace, message, outcome);
      throw failureOf(outcome, { tries: attempt, attempt, overrides });
    }
  }
  // Nobody waits for it: the place to send is for others.
  void callMessages(dependencies, workspaceId, row.next);
  return { kind: 'done', submission };
}

/** Why there was no connection; without one nothing was sent, whatever the outcome says. */
function unreachable(outcome: SendOutcome): Obstacle {
  return outcome.kind === 'notSent' ? outcome : { kind: 'notSent', reason: outcome.kind };
}

/** What another run, a callback or a person has made of the message in the meantime. */
async function foundOtherwise(
  dependencies: Dependencies,
  input: SubmitInput,
  now: Pick<AttemptAnswer, 'status' | 'generation' | 'newestAttempt' | 'providerMessageId'>,
  why: Unsent = 'expired',
): Promise<Submission> {
  const { store, reconcileDelaysMs } = dependencies;
  const { message } = input;
  const { workspaceId, messageId } = message;
  const about = { workspaceId, messageId, createdAtMs: input.createdAtMs, attempt: now.newestAttempt, provider: '' };
  if (now.generation !== message.generation) return { kind: 'ended', status: now.status, error: null };
  // Put off by an earlier run of this step, which did not get to say so.
  if (now.status === 'scheduled') return { kind: 'wait', waitMs: 0, waitingFor: 'schedule', token: null };
  if (now.status === 'queued') return endUnsent(dependencies, input, now.newestAttempt, why);
  if (now.status === 'dispatching' || now.status === 'uncertain') {
    const reason = 'an earlier run of this step began to send and did not say how it ended';
    await store.advance({ ...about, attemptStatus: 'uncertain', messageStatus: 'uncertain', from: ['dispatching'], evidence: reason });
    return { kind: 'uncertain', attempt: now.newestAttempt, reason, checkInMs: reconcileDelaysMs[0] ?? 0 };
  }
  if (isClosed(now.status) && !isTerminal(now.status)) return { kind: 'ended', status: now.status, error: null };
  return { kind: 'submitted', attempt: now.newestAttempt, status: now.status, providerMessageId: now.providerMessageId };
}

/** Ends a message that must not be sent any more, unless something else has become of it. */
async function endUnsent(dependencies: Dependencies, input: SubmitInput, attempt: number, why: Unsent): Promise<Submission> {
  const { database, store, telemetry, logger } = dependencies;
  const { workspaceId, messageId, generation } = input.message;
  const about = { workspaceId, messageId, createdAtMs: input.createdAtMs, attempt, provider: '', attemptStatus: null };
  const end = await unsentEnd(database, about, why);
  const stored = await store.advance({ ...about, messageStatus: end.status, from: ['queued'], error: end.error });
  if (why === 'optedOut' && stored?.moved) {
    telemetry.count('messages_opted_out_total', { by: 'attempt' });
    logger.warn({ event: 'message.error', workspaceId, messageId, attempt, code: end.error.code, class: 'CONSENT', notify: 'workspace' });
  }
  if (!stored || stored.status === end.status) return { kind: 'ended', ...end };
  const { status, newestAttempt, providerMessageId } = stored;
  return foundOtherwise(dependencies, input, { status, generation, newestAttempt, providerMessageId }, why);
}

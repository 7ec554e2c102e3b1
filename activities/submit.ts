import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { TemporalFailure } from '@temporalio/common';
import { errorSentenceOf } from '../domain/errorCodes.js';
import { laneName } from '../domain/lanes.js';
import { attemptWriteWindowMaxMs, attemptWriteWindowMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { isClosed, isTerminal } from '../domain/messageStatus.js';
import { costOf } from '../domain/rateLimit.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import type { Permit } from '../limiter/permits.js';
import type { GatePlace } from '../limiter/sendGate.js';
import type { Grant } from '../limiter/tokenBroker.js';
import { callAfter } from '../lives/callMessages.js';
import { wallClock } from '../platform/checkedClock.js';
import { TurnedAway } from '../platform/turns.js';
import { type AttemptAnswer, isValidityOver } from '../storage/sendAttempts.js';
import type { Workspace } from '../storage/workspaces.js';
import { awaitTurn } from './awaitTurn.js';
import { type ChosenWay, chooseWay, closedToAll, type NoWay } from './chooseWay.js';
import { deferToOpening } from './deferToOpening.js';
import type { Dependencies } from './dependencies.js';
import { errorOfFailure, failureOf } from './failures.js';
import { rightToSend } from './rightToSend.js';
import { type Sent, sendOnce } from './sendOnce.js';
import { unsentEnd, type Unsent as WhyUnsent } from './unsentEnd.js';

type Unsent = Extract<Sent, { kind: 'unsent' }>;

/**
 * Sends one message, at most once in whatever happens. The order is the point: a way that is open, the right to send and the gate, then a
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
function handBack({ token, outOfTurn, asked, tried }: SubmitInput, granted?: Grant): Submission {
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
    ...(tried && { tried }),
  };
}

async function submitInTurn(dependencies: Dependencies, input: SubmitInput, granted?: Grant): Promise<Submission> {
  const held: Held = { writeWindowMs: attemptWriteWindowMs };
  try {
    return await submitHolding(dependencies, input, granted, held);
  } finally {
    held.place?.drop();
  }
}

/** What a message keeps over its tries: its place at the gate, once there is one, and how long a try may take from its row to its first byte. */
interface Held {
  place?: GatePlace;
  writeWindowMs: number;
}

async function submitHolding(dependencies: Dependencies, input: SubmitInput, granted: Grant | undefined, held: Held): Promise<Submission> {
  const { workspaces, telemetry } = dependencies;
  const { message } = input;
  let grant: Grant | undefined = granted ?? (input.token ? { kind: 'slot', token: input.token } : undefined);
  let attempt = input.attempt + 1;
  const tried = new Set(input.tried);
  let last: Unsent | undefined;
  for (;;) {
    const mayNot = (await isOver(dependencies, input))
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
    const way = await chooseWay(dependencies, workspace, message, { attempts: attempt - 1, tried });
    if (way.kind === 'all tried' && !last) {
      // They were before it waited: it begins anew.
      tried.clear();
      continue;
    }
    if (way.kind !== 'way') {
      if (grant?.kind === 'permit') grant.permit.drop();
      return last ? endTry(dependencies, message, attempt - 1, last) : noWay(input, way, attempt - 1, workspace);
    }
    if (last) telemetry.count('fallbacks_total', { outcome: last.outcome });
    last = undefined;
    const gone = await goBy(dependencies, workspace, input, attempt, { way, grant, held });
    if ('kind' in gone) return tried.size > 0 && gone.kind === 'wait' ? { ...gone, tried: [...tried] } : gone;
    const { sent, right } = gone;
    grant = { kind: 'permit', permit: right };
    if (sent.kind === 'done') return sent.submission;
    if (sent.kind === 'late') {
      // The row is closed as not sent; its number is used up.
      attempt += 1;
      held.writeWindowMs = Math.min(2 * held.writeWindowMs, attemptWriteWindowMaxMs);
      leaveGate(held);
      continue;
    }
    if (sent.kind === 'unsent') {
      const begun = sent.rowUsed ? attempt : attempt - 1;
      if (!message.routed) {
        right.drop();
        return endTry(dependencies, message, begun, sent);
      }
      tried.add(way.account.provider);
      last = sent;
      attempt = begun + 1;
      // Nothing has left by a right without a row: the next way may use it.
      if (sent.rowUsed) {
        grant = undefined;
        leaveGate(held);
      }
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

/** Its place is for others, or used up: the next try takes a new one. */
function leaveGate(held: Held): void {
  held.place?.drop();
  delete held.place;
}

/** One try by one way. What was claimed to try a breaker is given back where it did not come to that. */
async function goBy(
  dependencies: Dependencies,
  workspace: Workspace,
  input: SubmitInput,
  attempt: number,
  { way, grant, held }: { way: ChosenWay; grant: Grant | undefined; held: Held },
): Promise<{ sent: Sent; right: Permit } | Submission> {
  const { gate, breakers } = dependencies;
  const { workspaceId, messageId } = input.message;
  const { account, sender, probes } = way;
  const message: OutboundMessage = { ...input.message, senderId: sender.id, from: sender.phoneNumber };
  const passage = { workspaceId, messageId, provider: account.provider, senderId: sender.id, probes, settled: false };
  try {
    const right = await rightToSend(dependencies, workspace, { ...input, message }, grant);
    if ('kind' in right) return right;
    if (!held.place) {
      held.place = gate.enter(workspaceId, workspace.limits, costOf(message, workspace.limits));
      if (held.place.waitMs > 0) await delay(held.place.waitMs);
    }
    const { place } = held;
    const used = () => {
      right.used();
      place.used();
    };
    const mayLeave = { limitsEpoch: right.limitsEpoch, writeWindowMs: held.writeWindowMs, used };
    const sent = await sendOnce(dependencies, workspace, { ...input, message }, attempt, mayLeave, account, passage).catch(
      (error: unknown) => {
        // Nothing for a right that was used; one that was not serves the next message.
        right.drop();
        throw error;
      },
    );
    return { sent, right };
  } finally {
    if (!passage.settled) await breakers.release(passage);
  }
}

/** Whether it is too late for it. The process's own clock may only say that it is not: where it says so wrongly, the attempt's row does. */
async function isOver({ database }: Dependencies, { message, createdAtMs }: SubmitInput): Promise<boolean> {
  return wallClock.now() > message.validUntilMs && isValidityOver(database, { ...message, createdAtMs });
}

/** There was no way before anything was tried: it waits for a breaker, or for an account. */
function noWay({ asked, outOfTurn }: SubmitInput, way: NoWay, attempt: number, { errorPolicy: overrides }: Workspace): Submission {
  if (way.kind === 'wait') return { ...way, ...(asked && { asked }), ...(outOfTurn && { outOfTurn }) };
  throw failureOf(
    { kind: 'own', code: 'no_provider_account', message: errorSentenceOf('no_provider_account') },
    { tries: Context.current().info.attempt, attempt, overrides },
  );
}

/** No way is left. Where breakers have closed all of them by now, it waits for one and burns no tries; else as the last one said. */
async function endTry({ workspaces }: Dependencies, message: OutboundMessage, attempt: number, { left }: Unsent): Promise<Submission> {
  const closed = closedToAll(await workspaces.get(message.workspaceId), message);
  if (!closed) {
    if (left instanceof TemporalFailure) throw left;
    return left;
  }
  const error = left instanceof TemporalFailure ? errorOfFailure(left) : left.kind === 'wait' ? left.error : undefined;
  return { ...closed, attempt, ...(error && { error }) };
}

/** Whether the row is as a send needs it. */
function isSendable({ status, generation, expired }: AttemptAnswer, own: number): boolean {
  return status === 'queued' && generation === own && !expired;
}

/** What another run, a callback or a person has made of the message in the meantime. */
async function foundOtherwise(
  dependencies: Dependencies,
  input: SubmitInput,
  now: Pick<AttemptAnswer, 'status' | 'generation' | 'newestAttempt' | 'providerMessageId'>,
  why: WhyUnsent = 'expired',
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
async function endUnsent(dependencies: Dependencies, input: SubmitInput, attempt: number, why: WhyUnsent): Promise<Submission> {
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

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Advance } from '../domain/advance.js';
import { slotNearMs, timerLeadMs, unusualWaitMs } from '../domain/limits.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { Deferral, MessageOutcome, MessageState, OutboundMessage } from '../domain/message.js';
import { isClosed, isTerminal } from '../domain/messageStatus.js';
import type { Persisted, Submission, Wait, WaitingFor } from '../domain/submission.js';
import { searchAttributeNames, type UnusualStatus } from '../domain/taskQueues.js';
import {
  closeAsUnknown,
  persistAndReserve,
  pollProviderOnce,
  reconcileAttempt,
  recordOutcome,
  storeNews,
  submitProxy,
} from './activityProxies.js';
import { cancelRequestedSignal, getMessageStateQuery, statusChangedSignal } from './messages.js';

const messageStatusKey = defineSearchAttributeKey(searchAttributeNames.messageStatus, SearchAttributeType.KEYWORD);

/**
 * The life of one outbound message: stored, given a slot, sent at most once, and followed until the provider says how
 * it ended or nothing more can be expected.
 */
export async function sendMessage(accepted: OutboundMessage): Promise<MessageOutcome> {
  /** As accepted, and with later times where it was put off. */
  let message = accepted;
  let cancelRequested = false;
  const state: MessageState = {
    step: 'persisting',
    status: 'queued',
    attempt: 0,
    providerMessageId: null,
    waitingUntil: null,
    waitingFor: null,
    error: null,
  };
  let receipt: MessageOutcome | undefined;
  setHandler(getMessageStateQuery, () => state);
  setHandler(statusChangedSignal, (outcome) => {
    receipt = outcome;
    state.status = outcome.status;
  });
  setHandler(cancelRequestedSignal, () => {
    cancelRequested = true;
  });
  const ended = () => receipt !== undefined && isTerminal(receipt.status);

  const persisted = await persistAndReserve(message);
  if (!persisted.owned) return close({ status: persisted.status, providerMessageId: persisted.providerMessageId, error: null });
  Object.assign(state, { status: persisted.status, attempt: persisted.attempt, providerMessageId: persisted.providerMessageId });

  const submission = await sendUntilDecided(persisted);
  if (submission.kind === 'submitted' && !isTerminal(submission.status)) await awaitReceipt(persisted.createdAtMs, submission.attempt);

  // The usual end: the callback's signal says all, and who sent it records the message.
  if (receipt && isTerminal(receipt.status)) return close(receipt);
  enter('recording', 'recording the outcome');
  const outcome = await recordOutcome({
    workspaceId: message.workspaceId,
    messageId: message.messageId,
    createdAtMs: persisted.createdAtMs,
  });
  return close(outcome);

  /** Waits for slots, sends, and resolves doubt, until the provider has the message or it has ended otherwise. */
  async function sendUntilDecided({
    createdAtMs,
    attempt,
    submission: first,
    ...firstWait
  }: Persisted): Promise<Exclude<Submission, { kind: 'wait' | 'uncertain' | 'notStored' }>> {
    let wait: Wait = firstWait;
    let sendsBegun = attempt;
    for (let made = first; ; made = null) {
      let submission = made ?? (await submitInTurn(wait, createdAtMs, sendsBegun));
      if (submission.kind === 'notStored') {
        enter('submitting', 'the provider has answered, the database does not: storing the answer');
        await storeNews(submission.news);
        submission = submission.next;
      }
      if (submission.kind === 'uncertain') submission = await reconcile(createdAtMs, submission);
      switch (submission.kind) {
        case 'submitted':
          Object.assign(state, {
            attempt: submission.attempt,
            status: receipt?.status ?? submission.status,
            providerMessageId: submission.providerMessageId,
          });
          return submission;
        case 'ended':
          Object.assign(state, { status: submission.status, error: submission.error });
          return submission;
        case 'wait':
          wait = submission;
          sendsBegun = state.attempt;
          break;
        case 'uncertain':
        case 'notStored':
          throw new TypeError(`a settled submission is still ${submission.kind}`);
      }
    }
  }

  async function submitInTurn(wait: Wait, createdAtMs: number, attempt: number): Promise<Submission> {
    if ((await waitForTurn(wait)) === 'row changed') return takeUp();
    enter('submitting', 'submitting to the provider');
    const submit = submitProxy(`send to ${maskNumber(message.to)}`);
    const { token, outOfTurn, asked } = wait;
    return submit({
      message,
      createdAtMs,
      attempt,
      token,
      ...(outOfTurn && { outOfTurn }),
      ...(asked && { asked }),
    }).catch((failure: unknown) => unsendable(failure, createdAtMs));
  }

  /** Goes on from what the row says: its scheduled time has come, or somebody canceled it. */
  async function takeUp(): Promise<Submission> {
    const { owned, status, attempt, submission, ...wait } = await persistAndReserve(message);
    if (!owned) return { kind: 'ended', status, error: null };
    Object.assign(state, { status, attempt });
    return submission ?? { kind: 'wait', ...wait };
  }

  /** A send step that gave up before anything was sent: what the message needs is not there, and no retry will bring it. */
  function unsendable(failure: unknown, createdAtMs: number): Submission {
    if (!(failure instanceof ActivityFailure)) throw failure;
    const cause = failure.cause instanceof ApplicationFailure ? failure.cause : undefined;
    const error = { code: cause?.type ?? 'SendFailed', message: cause?.message ?? failure.message };
    const { workspaceId, messageId } = message;
    const news: Advance = {
      workspaceId,
      messageId,
      createdAtMs,
      attempt: state.attempt,
      provider: '',
      attemptStatus: null,
      messageStatus: 'failed',
      from: ['queued'],
      error,
    };
    return { kind: 'notStored', news, next: { kind: 'ended', status: 'failed', error } };
  }

  /** Sleeps until the message may try, and never beyond its validity. Says whether its row must be read before. */
  async function waitForTurn({ waitMs, waitingFor, token, deferral }: Wait): Promise<'turn' | 'row changed'> {
    if (deferral) putOff(deferral);
    const isScheduled = waitingFor === 'schedule' || waitingFor === 'quietHours';
    const isEstimate = waitingFor === 'slot' && token === null;
    // A near slot is waited for in the send step; who was told to come later must not ask before.
    if (waitMs <= (isEstimate ? 0 : slotNearMs) && !isScheduled) return 'turn';
    state.waitingFor = waitingFor;
    state.waitingUntil = new Date(Date.now() + waitMs).toISOString();
    if (isScheduled) state.status = 'scheduled';
    enter(
      isScheduled ? 'scheduled' : 'waiting for send token',
      isEstimate ? `waiting for send token, estimated turn ${timeOf(state.waitingUntil)}` : waitingWords[waitingFor](state.waitingUntil),
    );
    const isUnusual = waitMs > unusualWaitMs && !isScheduled;
    if (isUnusual) markUnusual('waiting');
    // Early for a slot, so that a timer's lag does not make it stale; the send step waits out the rest.
    const sleepMs = token ? waitMs - timerLeadMs : waitMs;
    const usefulMs = message.validUntilMs - Date.now() + 1;
    await condition(() => cancelRequested, Math.max(1, Math.min(sleepMs, usefulMs)), { summary: `waiting for ${waitingFor}` });
    if (isUnusual) markUsual();
    Object.assign(state, { waitingUntil: null, waitingFor: null });
    const rowChanged = cancelRequested || isScheduled;
    cancelRequested = false;
    return rowChanged ? 'row changed' : 'turn';
  }

  function putOff({ sendAtMs, validUntilMs }: Deferral): void {
    const closesAtMs = message.closesAtMs + validUntilMs - message.validUntilMs;
    message = { ...message, sendAtMs, validUntilMs, closesAtMs };
  }

  /** Looks for proof of a send in doubt until there is some, or a decision without. */
  async function reconcile(createdAtMs: number, doubt: { attempt: number; reason: string; checkInMs: number }): Promise<Submission> {
    const { attempt } = doubt;
    Object.assign(state, { status: 'uncertain', attempt, error: { code: 'outcome_unknown', message: doubt.reason } });
    enter('reconciling', `whether the provider took it is not known (${doubt.reason}): looking for proof`);
    markUnusual('uncertain');
    let { checkInMs } = doubt;
    for (let check = 1; ; check++) {
      // A callback is proof: the message need not be looked for any more.
      if (await condition(() => receipt !== undefined, checkInMs)) {
        markUsual();
        return { kind: 'submitted', attempt, status: receipt?.status ?? 'accepted', providerMessageId: null };
      }
      const result = await reconcileAttempt({ message, createdAtMs, attempt, check });
      switch (result.kind) {
        case 'again':
          ({ checkInMs } = result);
          break;
        case 'found':
          markUsual();
          state.error = null;
          if (isClosed(result.status) && !isTerminal(result.status)) return { kind: 'ended', status: result.status, error: null };
          return { kind: 'submitted', attempt, status: result.status, providerMessageId: result.providerMessageId };
        case 'resend':
          markUsual();
          state.error = null;
          return { kind: 'wait', waitMs: 0, waitingFor: 'slot', token: null };
        case 'parked':
          markUnusual('parked');
          return { kind: 'ended', status: 'parked', error: result.error };
      }
    }
  }

  async function awaitReceipt(createdAtMs: number, attempt: number): Promise<void> {
    enter('awaiting status callback', 'sent, awaiting status callback');
    if (await condition(ended, Math.max(1, message.closesAtMs - Date.now()))) return;
    enter('awaiting status callback', 'no status callback came in time: asking the provider');
    try {
      const status = await pollProviderOnce(message);
      if (status !== null && isTerminal(status)) return;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
    }
    if ((await closeAsUnknown({ workspaceId: message.workspaceId, messageId: message.messageId, createdAtMs }, attempt)) === 'unknown')
      markUnusual('unknown');
  }

  function enter(step: MessageState['step'], details: string): void {
    state.step = step;
    setCurrentDetails(details);
  }

  function close(outcome: MessageOutcome): MessageOutcome {
    Object.assign(state, outcome);
    enter('closed', `closed: ${outcome.status}${outcome.error ? ` (${outcome.error.code}: ${outcome.error.message})` : ''}`);
    return outcome;
  }
}

const timeOf = (at: string) => `${at.slice(11, 21)} UTC`;
const dateOf = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

/** What a wait is for, with the ISO time of its end. */
const waitingWords: Record<WaitingFor, (at: string) => string> = {
  slot: (at) => `waiting for send token until ${timeOf(at)}`,
  limiter: (at) => `the rate limiter does not answer: asking again at ${timeOf(at)}`,
  provider: (at) => `the provider refused for its rate: trying again at ${timeOf(at)}`,
  schedule: (at) => `scheduled for ${dateOf(at)}`,
  quietHours: (at) => `quiet hours at the recipient: scheduled for ${dateOf(at)}`,
  earlier: (at) => `an earlier message to this contact has not left yet: looking again at ${timeOf(at)}`,
};

// The attribute is written only for what is unusual, so that a saved view lists it and the usual message pays nothing.
function markUnusual(status: UnusualStatus): void {
  upsertSearchAttributes([{ key: messageStatusKey, value: status }]);
}

function markUsual(): void {
  upsertSearchAttributes([{ key: messageStatusKey, value: null }]);
}

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Advance } from '../domain/advance.js';
import { slotNearMs, timerLeadMs, unusualWaitMs } from '../domain/limits.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { MessageOutcome, MessageState, OutboundMessage } from '../domain/message.js';
import { isClosed, isTerminal } from '../domain/messageStatus.js';
import type { Persisted, Submission, WaitingFor } from '../domain/submission.js';
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
import { getMessageQuery, getMessageStateQuery, statusChangedSignal } from './messages.js';

const messageStatusKey = defineSearchAttributeKey(searchAttributeNames.messageStatus, SearchAttributeType.KEYWORD);

/**
 * The life of one outbound message: stored, given a slot, sent at most once, and followed until the provider says how
 * it ended or nothing more can be expected.
 */
export async function sendMessage(message: OutboundMessage): Promise<MessageOutcome> {
  const state: MessageState = {
    step: 'persisting',
    status: 'queued',
    attempt: 0,
    providerMessageId: null,
    waitingUntil: null,
    error: null,
  };
  let receipt: MessageOutcome | undefined;
  setHandler(getMessageStateQuery, () => state);
  setHandler(getMessageQuery, () => message);
  setHandler(statusChangedSignal, (outcome) => {
    receipt = outcome;
    state.status = outcome.status;
  });
  const ended = () => receipt !== undefined && isTerminal(receipt.status);

  const persisted = await persistAndReserve(message);
  if (!persisted.owned) return close({ status: persisted.status, providerMessageId: persisted.providerMessageId, error: null });
  Object.assign(state, { status: persisted.status, attempt: persisted.attempt, providerMessageId: persisted.providerMessageId });

  const submission = await sendUntilDecided(persisted);
  if (submission.kind === 'submitted' && !isTerminal(submission.status)) await awaitReceipt(submission.attempt);

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
    token,
    waitMs,
    waitingFor,
    asked,
    attempt,
    submission: first,
  }: Persisted): Promise<Exclude<Submission, { kind: 'wait' | 'uncertain' | 'notStored' }>> {
    let wait: Wait = { waitMs, waitingFor, token, ...(asked && { asked }) };
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
    await waitForTurn(wait);
    enter('submitting', 'submitting to the provider');
    const submit = submitProxy(`send to ${maskNumber(message.to)}`);
    return submit({ message, createdAtMs, attempt, token: wait.token, ...(wait.asked && { asked: wait.asked }) }).catch(unsendable);
  }

  /** A send step that gave up before anything was sent: what the message needs is not there, and no retry will bring it. */
  function unsendable(failure: unknown): Submission {
    if (!(failure instanceof ActivityFailure)) throw failure;
    const cause = failure.cause instanceof ApplicationFailure ? failure.cause : undefined;
    const error = { code: cause?.type ?? 'SendFailed', message: cause?.message ?? failure.message };
    const { workspaceId, messageId } = message;
    const news: Advance = {
      workspaceId,
      messageId,
      attempt: state.attempt,
      provider: '',
      attemptStatus: null,
      messageStatus: 'failed',
      from: ['queued'],
      error,
    };
    return { kind: 'notStored', news, next: { kind: 'ended', status: 'failed', error } };
  }

  async function waitForTurn({ waitMs, waitingFor, token }: Wait): Promise<void> {
    const estimated = waitingFor === 'slot' && token === null;
    // A near slot is waited for in the send step; who was told to come later must not ask before.
    if (waitMs <= (estimated ? 0 : slotNearMs)) return;
    state.waitingUntil = new Date(Date.now() + waitMs).toISOString();
    if (estimated) enter('waiting for send token', `waiting for send token, estimated turn ${state.waitingUntil.slice(11, 19)} UTC`);
    else enter('waiting for send token', waitingWords[waitingFor](`${state.waitingUntil.slice(11, 21)} UTC`));
    if (waitMs > unusualWaitMs) markUnusual('waiting');
    // Early for a slot, so that a timer's lag does not make it stale; the send step waits out the rest.
    await sleep(Math.max(1, token ? waitMs - timerLeadMs : waitMs), { summary: `waiting for ${waitingFor}` });
    if (waitMs > unusualWaitMs) markUsual();
    state.waitingUntil = null;
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

  async function awaitReceipt(attempt: number): Promise<void> {
    enter('awaiting status callback', 'sent, awaiting status callback');
    if (await condition(ended, Math.max(1, message.closesAtMs - Date.now()))) return;
    enter('awaiting status callback', 'no status callback came in time: asking the provider');
    try {
      const status = await pollProviderOnce(message);
      if (status !== null && isTerminal(status)) return;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
    }
    if ((await closeAsUnknown(message, attempt)) === 'unknown') markUnusual('unknown');
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

type Wait = Pick<Persisted, 'waitMs' | 'waitingFor' | 'token' | 'asked'>;

const waitingWords: Record<WaitingFor, (time: string) => string> = {
  slot: (time) => `waiting for send token until ${time}`,
  limiter: (time) => `the rate limiter does not answer: asking again at ${time}`,
  provider: (time) => `the provider refused for its rate: trying again at ${time}`,
};

// The attribute is written only for what is unusual, so that a saved view lists it and the usual message pays nothing.
function markUnusual(status: UnusualStatus): void {
  upsertSearchAttributes([{ key: messageStatusKey, value: status }]);
}

function markUsual(): void {
  upsertSearchAttributes([{ key: messageStatusKey, value: null }]);
}

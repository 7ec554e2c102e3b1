import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { ActivityFailure, condition, patched, setCurrentDetails, setHandler, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import type { Advance } from '../domain/advance.js';
import { slotNearMs, timerLeadMs, unusualWaitMs } from '../domain/limits.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { Deferral, MessageError, MessageOutcome, MessageState, OutboundMessage } from '../domain/message.js';
import { isClosed, isTerminal } from '../domain/messageStatus.js';
import type { Again, Persisted, Submission, Wait, WaitingFor } from '../domain/submission.js';
import { searchAttributeNames, type UnusualStatus } from '../domain/taskQueues.js';
import {
  closeAsUnknown,
  persistAndReserve,
  pollProvider,
  reconcileAttempt,
  recordOutcome,
  storeNews,
  submitProxy,
} from './activityProxies.js';
import { decisionOf } from './decisionOf.js';
import {
  askAgainSignal,
  calledSignal,
  cancelRequestedSignal,
  getMessageStateQuery,
  type StatusChange,
  statusChangedSignal,
} from './messages.js';

const messageStatusKey = defineSearchAttributeKey(searchAttributeNames.messageStatus, SearchAttributeType.KEYWORD);

/**
 * The life of one outbound message: stored, given a slot, sent at most once, and followed until the provider says how
 * it ended or nothing more can be expected.
 */
export async function sendMessage(accepted: OutboundMessage): Promise<MessageOutcome> {
  /** As accepted, and with later times where it was put off. */
  let message = accepted;
  let cancelRequested = false;
  /** The one before it has left since it looked last. */
  let called = false;
  /** Limits were raised since it was told its turn. */
  let asksAgain = false;
  let storedAtMs: number | undefined;
  const state: MessageState = {
    step: 'persisting',
    status: 'queued',
    attempt: 0,
    providerMessageId: null,
    waitingUntil: null,
    waitingFor: null,
    error: null,
  };
  let receipt: StatusChange | undefined;
  setHandler(getMessageStateQuery, () => state);
  setHandler(statusChangedSignal, (outcome) => {
    receipt = outcome;
    state.status = outcome.status;
  });
  setHandler(cancelRequestedSignal, () => {
    cancelRequested = true;
  });
  setHandler(calledSignal, () => {
    called = true;
  });
  setHandler(askAgainSignal, () => {
    if (patched('ask-again-when-limits-are-raised')) asksAgain = true;
  });
  const ended = () => receipt !== undefined && isTerminal(receipt.status);
  const { workspaceId, messageId } = message;

  return live().catch(closeAsFailed);

  async function live(): Promise<MessageOutcome> {
    const persisted = await untilAnswered(() => persistAndReserve(message));
    storedAtMs = persisted.createdAtMs;
    if (!persisted.owned) return close({ status: persisted.status, providerMessageId: persisted.providerMessageId, error: null });
    Object.assign(state, { status: persisted.status, attempt: persisted.attempt, providerMessageId: persisted.providerMessageId });

    for (let turn = persisted; ; ) {
      const submission = await sendUntilDecided(turn);
      const again =
        submission.kind === 'submitted' && !isTerminal(submission.status)
          ? await awaitReceipt(persisted.createdAtMs, submission.attempt)
          : null;
      if (!again) break;
      // The provider took it and could not pass it on: a new send, which needs a slot like any other.
      const { deferral: _applied, asked: _answered, ...stored } = persisted;
      turn = { ...stored, ...again, attempt: state.attempt, token: null, submission: null };
      Object.assign(state, { status: 'queued', error: receipt?.error ?? null });
      receipt = undefined;
    }

    // The usual end: the callback's signal says all, and who sent it records the message.
    if (receipt && isTerminal(receipt.status)) return close(receipt);
    enter('recording', 'recording the outcome');
    const { createdAtMs } = persisted;
    return close(await untilAnswered(() => recordOutcome({ workspaceId, messageId, createdAtMs })));
  }

  /** Waits for slots, sends, and resolves doubt, until the provider has the message or it has ended otherwise. */
  async function sendUntilDecided({
    createdAtMs,
    attempt,
    submission: first,
    errorPolicy,
    ...firstWait
  }: Persisted): Promise<Exclude<Submission, { kind: 'wait' | 'uncertain' | 'notStored' }>> {
    let wait: Wait = firstWait;
    let sendsBegun = attempt;
    let failures = 0;
    for (let made = first; ; made = null) {
      let submission = made ?? (await submitInTurn());
      if (submission.kind === 'notStored') {
        enter('submitting', 'the provider has answered, the database does not: storing the answer');
        const { news } = submission;
        await untilAnswered(() => storeNews(news));
        submission = submission.next;
      }
      // The send step parks what it could not send once more in time; support's view must list it.
      if (submission.kind === 'ended' && submission.status === 'parked' && patched('mark-parked-by-send')) markUnusual('parked');
      if (submission.kind === 'uncertain') submission = await reconcile(createdAtMs, submission);
      switch (submission.kind) {
        case 'submitted':
          Object.assign(state, {
            attempt: submission.attempt,
            status: receipt?.status ?? submission.status,
            providerMessageId: submission.providerMessageId,
            error: receipt?.error ?? null,
          });
          return submission;
        case 'ended':
          Object.assign(state, { status: submission.status, error: submission.error });
          return submission;
        case 'wait':
          wait = submission;
          if (submission.attempt !== undefined) state.attempt = submission.attempt;
          if (submission.error) Object.assign(state, { status: 'queued', error: submission.error });
          sendsBegun = state.attempt;
          break;
        case 'uncertain':
        case 'notStored':
          throw new TypeError(`a settled submission is still ${submission.kind}`);
      }
    }

    async function submitInTurn(): Promise<Submission> {
      const end = await waitForTurn(wait);
      if (end === 'row changed') return takeUp();
      // It has waited for the turn that it gives up: it is not sent to the end of the line.
      if (end === 'ask again') wait = { ...wait, token: null, asked: { times: wait.asked?.times ?? 1, waitedMs: 0 } };
      called = false;
      enter('submitting', 'submitting to the provider');
      const { token, outOfTurn, asked, unanswered, tried } = wait;
      const submit = submitProxy(`send to ${maskNumber(message.to)}`, errorPolicy);
      try {
        const submission = await submit({
          message,
          createdAtMs,
          attempt: sendsBegun,
          token,
          ...(outOfTurn && { outOfTurn }),
          ...(asked && { asked }),
          ...(unanswered && { unanswered }),
          ...(tried && { tried }),
        });
        failures = 0;
        return submission;
      } catch (failure) {
        failures += 1;
        return unsent(failure, failures, createdAtMs);
      }
    }
  }

  /** Goes on from what the row says: its scheduled time has come, or somebody canceled it. */
  async function takeUp(): Promise<Submission> {
    // Its row, where the database has lost it, is stored anew as of when it was: by that time everybody knows it.
    const stored = { ...message, ...(storedAtMs !== undefined && { storedAtMs }) };
    const { owned, status, attempt, submission, ...wait } = await untilAnswered(() => persistAndReserve(stored));
    if (!owned) return { kind: 'ended', status, error: null };
    Object.assign(state, { status, attempt });
    return submission ?? { kind: 'wait', ...wait };
  }

  /** A send step that gave up before anything was sent: it is run again later, or what the message needs will not come. */
  function unsent(failure: unknown, failures: number, createdAtMs: number): Submission {
    const { ends, error, attempt, waitMs, waitingFor } = decisionOf(failure, failures);
    if (attempt !== null) state.attempt = attempt;
    if (!ends) return { kind: 'wait', waitMs, waitingFor, token: null, error };
    return { kind: 'notStored', news: newsOfFailure(error, createdAtMs), next: { kind: 'ended', status: 'failed', error } };
  }

  function newsOfFailure(error: MessageError, createdAtMs: number): Advance {
    const about = { workspaceId, messageId, createdAtMs, attempt: state.attempt, provider: '', attemptStatus: null };
    return { ...about, messageStatus: 'failed', from: ['queued', 'scheduled'], error };
  }

  /** Runs a write, or the first step, until the database answers: a durable timer between two runs, and no end. */
  async function untilAnswered<T>(run: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await run();
      } catch (failure) {
        const { ends, error, waitMs } = decisionOf(failure, failures);
        if (ends) throw failure;
        const { step } = state;
        state.error = error;
        state.waitingUntil = new Date(Date.now() + waitMs).toISOString();
        const trouble = error.code === 'database_timeout' ? 'the database does not answer' : error.message;
        enter(step, `${trouble}, trying again at ${timeOf(state.waitingUntil)}`);
        await sleep(waitMs, { summary: 'waiting for the database' });
        Object.assign(state, { waitingUntil: null, error: null });
        enter(step, 'trying again');
      }
    }
  }

  /** What the message needs is refused, and perhaps not even its row is there: the workflow closes and says why. */
  async function closeAsFailed(failure: unknown): Promise<MessageOutcome> {
    const { error } = decisionOf(failure, 1);
    const { status, providerMessageId } = state;
    if (status !== 'queued' && status !== 'scheduled')
      return close({ status: isClosed(status) ? status : 'unknown', providerMessageId, error });
    const news = storedAtMs === undefined ? undefined : newsOfFailure(error, storedAtMs);
    if (news) await untilAnswered(() => storeNews(news)).catch((refused: unknown) => decisionOf(refused, 1));
    return close({ status: 'failed', providerMessageId, error });
  }

  /**
   * Sleeps until the message may try, and never beyond its validity. Says whether its row must be read before, or another turn
   * asked for because limits were raised.
   */
  async function waitForTurn({ waitMs, waitingFor, token, deferral, provider }: Wait): Promise<'turn' | 'row changed' | 'ask again'> {
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
      isEstimate
        ? `waiting for send token, estimated turn ${timeOf(state.waitingUntil)}`
        : waitingWords[waitingFor](state.waitingUntil, provider),
    );
    const unusual = waitingFor === 'configuration' ? 'configuration' : waitMs > unusualWaitMs && !isScheduled ? 'waiting' : undefined;
    if (unusual) markUnusual(unusual);
    // Early for a slot, so that a timer's lag does not make it stale; the send step waits out the rest.
    const sleepMs = token ? waitMs - timerLeadMs : waitMs;
    const usefulMs = message.validUntilMs - Date.now() + 1;
    const mayBeCalled = waitingFor === 'earlier' && patched('wake-when-called');
    const isWoken = () => cancelRequested || (mayBeCalled && called) || (waitingFor === 'slot' && asksAgain);
    await condition(isWoken, Math.max(1, Math.min(sleepMs, usefulMs)), {
      summary: `waiting for ${waitingFor}`,
    });
    if (unusual) markUsual();
    Object.assign(state, { waitingUntil: null, waitingFor: null });
    const rowChanged = cancelRequested || isScheduled;
    cancelRequested = false;
    if (rowChanged) return 'row changed';
    const asks = waitingFor === 'slot' && asksAgain;
    if (asks) asksAgain = false;
    return asks ? 'ask again' : 'turn';
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
          return {
            kind: 'submitted',
            attempt: result.attempt ?? attempt,
            status: result.status,
            providerMessageId: result.providerMessageId,
          };
        case 'retry':
          markUsual();
          return { kind: 'wait', ...result.again, token: null, attempt, error: result.error };
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

  /** Follows a message that the provider has; answers when it is to be sent again, or null where it has ended. */
  async function awaitReceipt(createdAtMs: number, attempt: number): Promise<Again | null> {
    enter('awaiting status callback', 'sent, awaiting status callback');
    const decided = () => ended() || receipt?.again !== undefined;
    if (await condition(decided, Math.max(1, message.closesAtMs - Date.now()))) return receipt?.again ?? null;
    enter('awaiting status callback', 'no status callback came in time: asking the provider');
    try {
      const status = await pollProvider(message);
      if (status !== null && isTerminal(status)) return null;
      // It was queued again and the signal was lost; its time is over, and the send step says so.
      if (status === 'queued') return { waitMs: 0, waitingFor: 'retry' };
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
    }
    const unknown = await untilAnswered(() => closeAsUnknown({ workspaceId, messageId, createdAtMs }, attempt));
    if (unknown === 'unknown') markUnusual('unknown');
    return null;
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

/** What a wait is for, with the ISO time of its end, and whose breaker it waits for. */
const waitingWords: Record<WaitingFor, (at: string, provider?: string) => string> = {
  slot: (at) => `waiting for send token until ${timeOf(at)}`,
  limiter: (at) => `the rate limiter does not answer: asking again at ${timeOf(at)}`,
  provider: (at) => `the provider refused for its rate: trying again at ${timeOf(at)}`,
  schedule: (at) => `scheduled for ${dateOf(at)}`,
  quietHours: (at) => `quiet hours at the recipient: scheduled for ${dateOf(at)}`,
  earlier: (at) => `an earlier message to this contact has not left yet: looking again at ${timeOf(at)}`,
  configuration: (at) => `the account or the sender is not set up at the provider: trying again at ${timeOf(at)}`,
  database: (at) => `the database does not answer, trying again at ${timeOf(at)}`,
  breaker: (at, provider = '') => `provider ${provider} is not taking messages, trying again at ${timeOf(at)}`,
  retry: (at) => `the last try failed: trying again at ${timeOf(at)}`,
};

// The attribute is written only for what is unusual, so that a saved view lists it and the usual message pays nothing.
function markUnusual(status: UnusualStatus): void {
  upsertSearchAttributes([{ key: messageStatusKey, value: status }]);
}

function markUsual(): void {
  upsertSearchAttributes([{ key: messageStatusKey, value: null }]);
}

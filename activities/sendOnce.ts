import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { TemporalFailure } from '@temporalio/common';
import { validitySecondsMax } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { isMessagingService } from '../domain/sender.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import { callMessages } from '../lives/callMessages.js';
import { wallClock } from '../platform/checkedClock.js';
import { inSpan } from '../platform/tracing.js';
import type { SendOutcome, SendRequest } from '../providers/provider.js';
import { providerNamed } from '../providers/registry.js';
import { statusCallbackUrl } from '../storage/callbackUrls.js';
import { type AttemptAnswer, beginAttempt } from '../storage/sendAttempts.js';
import type { ProviderAccount, Workspace } from '../storage/workspaces.js';
import { coolDown } from './coolDown.js';
import type { Dependencies } from './dependencies.js';
import { type FailureContext, failureOf } from './failures.js';
import type { Passage } from './providerBreakers.js';
import { sendReference } from './sendReference.js';
import { settleOutcome } from './settleOutcome.js';
import { verdictOf } from './verdictOf.js';

/** The provider's validity period, seconds. */
const validityMinS = 1;

/** The attempt's row as `beforeWrite` left it; `none` where no connection came about. */
type RowState = 'none' | 'begun' | 'late' | { refused: AttemptAnswer } | { failed: unknown };

export type Sent =
  | { kind: 'done'; submission: Submission }
  | { kind: 'late' }
  | { kind: 'refused'; standing: AttemptAnswer }
  /** Proved unsent, and queued as it was: by another way, or as `left` says. */
  | { kind: 'unsent'; outcome: SendOutcome['kind']; rowUsed: boolean; left: Left };

/** What becomes of a message that its provider did not take, where there is no other way. */
type Left = TemporalFailure | Submission;

/** A right to send that one message has. */
export interface Right {
  limitsEpoch: number;
  /** From the question for the attempt's row to the first byte. */
  writeWindowMs: number;
  used(): void;
}

/**
 * One attempt by one way: connection, row, first byte, and what the answer means. Throws a failure only where the row could
 * not be written, or the provider can't
 * serve the sender.
 *
 * @param passage is marked as settled where the outcome says something of the provider
 */
export async function sendOnce(
  dependencies: Dependencies,
  workspace: Workspace,
  input: SubmitInput,
  attempt: number,
  right: Right,
  account: ProviderAccount,
  passage: Passage & { settled: boolean },
): Promise<Sent> {
  const { database, providers, telemetry, breakers, health } = dependencies;
  const { message } = input;
  const { errorPolicy: overrides } = workspace;
  const tries = Context.current().info.attempt;
  const notBegun: FailureContext = { tries, attempt: attempt - 1, overrides };
  const provider = providerNamed(providers, account.provider);
  if (isMessagingService(message.from) && !provider.capabilities.hasMessagingServices) {
    const obstacle = `the sender is a Messaging Service, and ${account.provider} has none`;
    throw failureOf({ kind: 'own', code: 'sender_not_served', message: obstacle }, notBegun);
  }
  const request: SendRequest = {
    to: message.to,
    from: message.from,
    body: message.body,
    mediaUrls: message.mediaUrls,
    statusCallback: statusCallbackUrl(dependencies.publicBaseUrl, workspace, account.provider, {
      messageId: message.messageId,
      createdAtMs: input.createdAtMs,
      attempt,
      contactId: message.contactId,
    }),
    reference: await sendReference(dependencies, message, account.provider, attempt),
    validitySeconds: validitySecondsOf(message, wallClock.now()),
  };

  const row: { state: RowState; begunAt: number; writeUntil: number; next: string[] } = {
    state: 'none',
    begunAt: 0,
    writeUntil: 0,
    next: [],
  };
  const isInTime = () => performance.now() < row.writeUntil;
  const beforeWrite = async (): Promise<boolean> => {
    row.writeUntil = performance.now() + right.writeWindowMs;
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
        senderId: message.senderId,
        attempt,
        writeWindowMs: right.writeWindowMs,
      });
      if (!answer)
        throw failureOf({ kind: 'own', code: 'message_missing', message: `message ${message.messageId} is not stored` }, notBegun);
      if (!answer.begun) row.state = { refused: answer };
      else row.state = isInTime() ? 'begun' : 'late';
      if (row.state === 'begun') {
        right.used();
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
  const about = { messageId: message.messageId, provider: account.provider, attempt };
  const outcome = await inSpan('send', about, () => provider.send(account, request, beforeWrite, isInTime));
  // Frozen between the row and the write: the window has closed since.
  const isTooLate = row.state === 'begun' && outcome.kind === 'notSent' && !isInTime();
  const decided: RowState = isTooLate ? 'late' : row.state;
  if (decided === 'begun') {
    telemetry.count('send_attempts_total', { outcome: outcome.kind });
    telemetry.time('provider_seconds', { outcome: outcome.kind }, performance.now() - row.begunAt);
  }
  if (typeof decided === 'object' && 'refused' in decided) return { kind: 'refused', standing: decided.refused };
  const learn = async (what: SendOutcome): Promise<void> => {
    passage.settled = true;
    const { didWell } = verdictOf(what);
    if (workspace.accounts.length > 1 && didWell !== null) health.note(workspace.id, account.provider, didWell);
    await breakers.settle(workspace, passage, what);
  };
  if (decided === 'none') {
    await learn(unreached(outcome));
    return { kind: 'unsent', outcome: 'notSent', rowUsed: false, left: failureOf(unreached(outcome), notBegun) };
  }
  const { workspaceId, messageId } = message;
  const news = { workspaceId, messageId, createdAtMs: input.createdAtMs, attempt, provider: account.provider };
  const submission = await settleOutcome(dependencies, news, outcome, { to: message.to, validUntilMs: message.validUntilMs, overrides });
  // After the row: what became of the message comes first.
  if (decided === 'begun') await learn(outcome);
  if (submission.kind !== 'notStored') {
    if (decided === 'late') return { kind: 'late' };
    if (typeof decided === 'object') throw failureOf(decided.failed, notBegun);
    const unsent = (left: Left): Sent => ({ kind: 'unsent', outcome: outcome.kind, rowUsed: true, left });
    if (outcome.kind === 'notSent') return unsent(failureOf(outcome, { tries, attempt, overrides }));
    // Each refusal for the rate has used up an attempt's number, in whichever run: the wait grows with it.
    if (outcome.kind === 'rateLimited') {
      await coolDown(dependencies, workspace, message, outcome);
      return unsent(failureOf(outcome, { tries: attempt, attempt, overrides }));
    }
    // Refused, and queued again with the error, so that it holds nobody up.
    if (submission.kind === 'wait' && verdictOf(outcome).mayFallBack) {
      void callMessages(dependencies, workspaceId, row.next);
      return unsent(submission);
    }
  }
  // Nobody waits for it: the place to send is for others.
  void callMessages(dependencies, workspaceId, row.next);
  return { kind: 'done', submission };
}

/** How long the provider may take to send it. A clock by which that is over is wrong, as the attempt's row may still be written. */
function validitySecondsOf({ validUntilMs, acceptedAtMs }: OutboundMessage, nowMs: number): number {
  const leftMs = validUntilMs > nowMs ? validUntilMs - nowMs : validUntilMs - acceptedAtMs;
  return Math.min(validitySecondsMax, Math.max(validityMinS, Math.floor(leftMs / 1_000)));
}

/** Why there was no connection; without one nothing was sent, whatever the outcome says. */
function unreached(outcome: SendOutcome): Extract<SendOutcome, { kind: 'notSent' }> {
  return outcome.kind === 'notSent' ? outcome : { kind: 'notSent', reason: outcome.kind };
}

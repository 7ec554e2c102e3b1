import { tellTimeoutMs } from '../domain/limits.js';
import { type MessageStatus, mayHaveArrived } from '../domain/messageStatus.js';
import { isRetryable } from '../domain/queues.js';
import { wallClock } from '../platform/checkedClock.js';
import type { ByHand } from '../storage/audit.js';
import { noteAudit } from '../storage/audit.js';
import { readMessage, type StoredMessage, type StoredRef } from '../storage/messages.js';
import { attemptsOfMessage, type StoredAttempt } from '../storage/sendAttempts.js';
import { statusChangedSignal } from '../workflows/messages.js';
import { type AskServices, askWhatBecame } from './askWhatBecame.js';
import { signalMessage } from './signalMessage.js';
import { startAnew } from './startAnew.js';

export interface RetryServices extends AskServices {
  /** How long a message that is sent once more is of use, milliseconds. */
  validityMs: number;
  /** How long a provider may hold a request, milliseconds. */
  providerHoldMs: number;
}

/** What became of the wish to send a message once more. */
export type Retried =
  | { kind: 'queued' }
  /** The provider has it after all, or has finished it: it is not sent again. */
  | { kind: 'adopted' }
  /** It may have been sent; `why` says what speaks for it. */
  | { kind: 'unconfirmed'; why: string }
  /** A provider may still hold a request that is under way. */
  | { kind: 'tooEarly'; waitMs: number }
  /** Its text is gone for good: there is nothing to send. */
  | { kind: 'textGone'; status: MessageStatus }
  | { kind: 'refused'; status: MessageStatus };

/**
 * Sends a message once more by hand. One that may have been sent is looked for at the provider first, and adopted where it
 * is there; else it is only sent where that was confirmed. Undefined where there is no such message.
 *
 * @throws ProviderUnavailable where the provider had to be asked and did not answer: nothing is changed then
 */
export async function retryMessage(
  services: RetryServices,
  ref: StoredRef,
  { mayHaveBeenSent, ...byHand }: ByHand & { mayHaveBeenSent: boolean },
): Promise<Retried | undefined> {
  const { database, store } = services;
  const before = await readMessage(services, ref);
  if (!before || !isRetryable(before.status)) return before && { kind: 'refused', status: before.status };
  if (before.contentRemovedAt) return { kind: 'textGone', status: before.status };

  const known = await askWhatBecame(services, before, `asked before a retry by ${byHand.actor}`);
  const now = (await readMessage(services, ref)) as StoredMessage;
  if (!isRetryable(now.status)) {
    const details = { before: { status: before.status }, after: { status: now.status, providerMessageId: now.providerMessageId } };
    if (known.length > 0) await noteAudit(database, ref, 'message.adopted', byHand, details);
    return known.length > 0 ? { kind: 'adopted' } : { kind: 'refused', status: now.status };
  }
  const doubtful = (await attemptsOfMessage(database, ref.workspaceId, ref.messageId)).filter(({ status }) => mayHaveArrived(status));
  const waitMs = heldUntilMs(doubtful) + services.providerHoldMs - wallClock.now();
  if (waitMs > 0) return { kind: 'tooEarly', waitMs };
  if (doubtful.length > 0 && !mayHaveBeenSent) return { kind: 'unconfirmed', why: doubtful.map(words).join('; ') };

  const needsNewRun = now.status !== 'uncertain';
  const moved = await store.retry(ref, { from: now.status, needsNewRun, validityMs: services.validityMs }, byHand);
  // Still as it was judged, and yet not queued: its text went in between.
  if (!moved?.moved) return moved && { kind: moved.status === now.status ? 'textGone' : 'refused', status: moved.status };
  if (needsNewRun || !(await tellRun(services, ref))) await startAnew(services, ref);
  return { kind: 'queued' };
}

/** Epoch milliseconds until which a request that got no answer may have been written; 0 where there is none. */
function heldUntilMs(attempts: StoredAttempt[]): number {
  return Math.max(0, ...attempts.filter((one) => one.providerMessageId === null).map((one) => one.deadlineAt.getTime()));
}

function words({ attempt, status, providerMessageId, evidence }: StoredAttempt): string {
  if (providerMessageId !== null) return `attempt ${attempt} was taken by the provider as ${providerMessageId} and is ${status} there`;
  return `attempt ${attempt} may have arrived: none of the provider's list can be said to be it (${evidence ?? 'it did not say how it ended'})`;
}

/** The run that looks for proof sends its message once more; false where there is none. Where it is not told, it finds at its next look that it was given up. */
async function tellRun(services: RetryServices, ref: StoredRef): Promise<boolean> {
  const queued = { status: 'queued', providerMessageId: null, error: null, again: { waitMs: 0, waitingFor: 'retry' } } as const;
  return (await signalMessage(services, ref, tellTimeoutMs, statusChangedSignal, queued)) !== 'closed';
}

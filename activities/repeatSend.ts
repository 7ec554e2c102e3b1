import { repeatDelayMaxMs, repeatDelayMs } from '../domain/limits.js';
import { referenceAttempt } from '../domain/sendReference.js';
import type { ReconcileInput, Reconciliation } from '../domain/submission.js';
import { wallClock } from '../platform/checkedClock.js';
import { providerNamed } from '../providers/registry.js';
import type { DoubtfulAttempt } from '../storage/doubts.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';
import type { Dependencies } from './dependencies.js';

/**
 * Has a send in doubt repeated, whatever the workspace prefers, where its provider documents that a repeat under the same
 * reference sends nothing a second time. It goes the whole way of a send: its turn, consent, validity. Undefined for other
 * providers, and where something else has decided.
 */
export async function repeatSend(
  { database, store, providers }: Dependencies,
  { message, createdAtMs }: ReconcileInput,
  { attempt, provider, startedAtMs, evidence }: DoubtfulAttempt,
): Promise<Reconciliation | undefined> {
  const { workspaceId, messageId, validUntilMs } = message;
  if (!providerNamed(providers, provider).capabilities.isIdempotent || wallClock.now() >= validUntilMs) return undefined;
  const attempts = await attemptsOfMessage(database, workspaceId, messageId);
  const repeats = attempt - referenceAttempt(attempts, attempt, provider);
  const waitMs = startedAtMs + Math.min(repeatDelayMaxMs, repeatDelayMs * 2 ** repeats) - wallClock.now();
  if (waitMs > 0) return { kind: 'again', checkInMs: waitMs };

  const why = `${evidence ?? 'it began to send and did not say how it ended'}; repeated under the same reference`;
  const moved = await store.advance({
    workspaceId,
    messageId,
    createdAtMs,
    attempt,
    provider,
    from: ['uncertain', 'dispatching'],
    attemptStatus: 'abandoned',
    messageStatus: 'queued',
    error: { code: 'outcome_unknown', message: `attempt ${attempt}: ${why}` },
    evidence: why,
  });
  return moved?.moved ? { kind: 'resend', attempt } : undefined;
}

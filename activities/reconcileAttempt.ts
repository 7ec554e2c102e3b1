import { candidateLagMs, candidateLeadMs } from '../domain/limits.js';
import { matchOneToOne } from '../domain/reconcile.js';
import type { ReconcileInput, Reconciliation } from '../domain/submission.js';
import { providerNamed } from '../providers/registry.js';
import { advanceAfterError } from '../storage/advanceAfterError.js';
import { ambiguousPolicy, doubtfulTwins, referencedIds } from '../storage/sendAttempts.js';
import type { Dependencies } from './dependencies.js';

/** A look-up that may not decide yet, though it was the last planned, is repeated after this time. */
const lookAgainMs = 5_000;

/**
 * Looks for proof of a send that is in doubt: first in what callbacks brought, then in the provider's list. Decides for
 * lack of proof only after the provider can't hold the request any more and the last planned look has been taken.
 */
export function reconcileAttempt(dependencies: Dependencies) {
  const { database, store, workspaces, providers, reconcileDelaysMs, providerHoldMs } = dependencies;
  return async ({ message, createdAtMs, attempt, check }: ReconcileInput): Promise<Reconciliation> => {
    const ref = { workspaceId: message.workspaceId, messageId: message.messageId, createdAtMs };
    const twins = await doubtfulTwins(database, ref);
    const own = twins.find((twin) => twin.messageId === message.messageId && twin.attempt === attempt);
    const about = { ...ref, attempt, provider: own?.provider ?? '' };
    const standing = async () => store.advance({ ...about, attemptStatus: null, messageStatus: 'uncertain', from: [] });
    if (!own) {
      const now = await standing();
      return { kind: 'found', status: now?.status ?? 'unknown', providerMessageId: now?.providerMessageId ?? null };
    }

    const { account, errorPolicy } = await workspaces.get(message.workspaceId);
    if (!account) return { kind: 'again', checkInMs: lookAgainMs };
    const listed = await providerNamed(providers, own.provider).listMessages(account, {
      to: message.to,
      from: message.from,
      fromMs: Math.min(...twins.map((twin) => twin.startedAtMs)) - candidateLeadMs,
      toMs: Math.max(...twins.map((twin) => twin.deadlineAtMs)) + candidateLagMs,
    });
    const known = await referencedIds(
      database,
      message.workspaceId,
      own.provider,
      listed.map(({ id }) => id),
    );
    const candidates = listed.filter(({ id, body }) => body === message.body && !known.has(id));
    const match = matchOneToOne(twins, candidates)?.get(own);
    if (match) {
      const news = {
        ...about,
        attemptStatus: match.status,
        messageStatus: match.status,
        providerMessageId: match.id,
        error: match.error,
        evidence: `the provider's list shows it, look ${check}`,
      };
      const { advanced, again } = await advanceAfterError(dependencies, news, errorPolicy);
      if (again && match.error) return { kind: 'retry', again, error: match.error };
      return { kind: 'found', status: advanced?.status ?? match.status, providerMessageId: match.id };
    }

    const nextMs = reconcileDelaysMs[check];
    if (nextMs !== undefined) return { kind: 'again', checkInMs: nextMs - (reconcileDelaysMs[check - 1] ?? 0) };
    const heldForMs = own.deadlineAtMs + providerHoldMs - Date.now();
    if (heldForMs > 0) return { kind: 'again', checkInMs: Math.max(heldForMs, lookAgainMs) };

    if (candidates.length === 0 && (await ambiguousPolicy(database, message.workspaceId)) === 'prefer-delivery') {
      const moved = await store.advance({
        ...about,
        attemptStatus: 'abandoned',
        messageStatus: 'queued',
        from: ['uncertain', 'dispatching'],
        evidence: `no proof after ${check} looks; sent once more by the workspace's policy`,
      });
      if (moved?.moved) return { kind: 'resend', attempt };
    } else {
      const error = {
        code: 'outcome_unknown',
        message:
          candidates.length === 0
            ? 'whether the provider took it is not known, and its list does not show it'
            : `the provider shows ${candidates.length} message(s) that could be one of ${twins.length} in doubt`,
      };
      const moved = await store.advance({
        ...about,
        attemptStatus: null,
        messageStatus: 'parked',
        from: ['uncertain', 'dispatching'],
        error,
      });
      if (moved?.moved) return { kind: 'parked', error };
    }
    // Evidence came between the look and the decision: it holds.
    const now = await standing();
    return { kind: 'found', status: now?.status ?? 'unknown', providerMessageId: now?.providerMessageId ?? null };
  };
}

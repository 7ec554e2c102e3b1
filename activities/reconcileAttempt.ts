import type { ReconcileInput, Reconciliation } from '../domain/submission.js';
import { lookForSend } from '../lives/lookForSend.js';
import { advanceAfterError } from '../storage/advanceAfterError.js';
import type { DoubtfulAttempt } from '../storage/doubts.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';
import { decideWithoutProof } from './decideWithoutProof.js';
import type { Dependencies } from './dependencies.js';
import { repeatSend } from './repeatSend.js';
import { whileBeating } from './whileBeating.js';

/** A look-up that may not decide yet, though it was the last planned, is repeated after this time. */
const lookAgainMs = 5_000;

/**
 * Looks for proof of a send that is in doubt: first in what callbacks brought, then in the provider's list. Decides for
 * lack of proof only after the provider can't hold the request any more and the last planned look has been taken.
 */
export function reconcileAttempt(dependencies: Dependencies) {
  const look = lookForProof(dependencies);
  return async (input: ReconcileInput): Promise<Reconciliation> => {
    const result = await whileBeating(() => look(input));
    if (result.kind !== 'again') dependencies.telemetry.count('reconciliations_total', { result: result.kind });
    return result;
  };
}

function lookForProof(dependencies: Dependencies) {
  const { workspaces, reconcileDelaysMs, providerHoldMs } = dependencies;
  return async (input: ReconcileInput): Promise<Reconciliation> => {
    const { message, createdAtMs, check } = input;
    const { workspaceId, messageId, to, from, body } = message;
    const ref = { workspaceId, messageId, createdAtMs };
    const { accounts, errorPolicy } = await workspaces.get(workspaceId);
    const lookedAtMs = Date.now();
    // A message has one at most; a run that was thought dead may have begun another than the one asked about.
    const isOpen = ({ status }: DoubtfulAttempt) => status !== 'abandoned';
    const look = await lookForSend(dependencies, { ...ref, to, from, body, accounts }, isOpen, message.closesAtMs);
    if (!look) return settledMeanwhile(dependencies, input);
    const { own, match } = look;
    const { attempt, provider } = own;
    if (match) {
      const news = {
        ...ref,
        attempt,
        provider,
        attemptStatus: match.status,
        messageStatus: match.status,
        providerMessageId: match.id,
        error: match.error,
        evidence: `the provider's list shows it, look ${check}`,
      };
      const { advanced, again } = await advanceAfterError(dependencies, news, errorPolicy);
      if (again && match.error) return { kind: 'retry', again, error: match.error };
      return { kind: 'found', attempt, status: advanced?.status ?? match.status, providerMessageId: match.id };
    }

    const repeat = await repeatSend(dependencies, input, own);
    if (repeat) return repeat;
    const nextMs = reconcileDelaysMs[check];
    if (nextMs !== undefined) return { kind: 'again', checkInMs: nextMs - (reconcileDelaysMs[check - 1] ?? 0) };
    // By the time before the look: a list read while the provider still held the request proves nothing.
    const openUntilMs = Math.max(own.deadlineAtMs + providerHoldMs, own.startedAtMs + (reconcileDelaysMs.at(-1) ?? 0));
    if (lookedAtMs < openUntilMs) return { kind: 'again', checkInMs: Math.max(openUntilMs - lookedAtMs, lookAgainMs) };
    return (await decideWithoutProof(dependencies, input, look)) ?? settledMeanwhile(dependencies, input);
  };
}

/** Something else has decided: a callback, a late answer, or an earlier run of this step that did not get to say so. */
async function settledMeanwhile({ database, store }: Dependencies, input: ReconcileInput): Promise<Reconciliation> {
  const { message, createdAtMs, attempt } = input;
  const { workspaceId, messageId } = message;
  const about = { workspaceId, messageId, createdAtMs, attempt, provider: '' };
  const now = await store.advance({ ...about, attemptStatus: null, messageStatus: 'uncertain', from: [] });
  // It has a doubt again: not of the attempt that the look was about.
  if (now?.status === 'dispatching' || now?.status === 'uncertain') return { kind: 'again', checkInMs: lookAgainMs };
  if (now?.status === 'queued') {
    const newest = (await attemptsOfMessage(database, workspaceId, messageId)).at(-1);
    // Proved unsent by the run that was thought dead, or given up: nobody else will send it.
    if (newest?.status === 'notSent' || newest?.status === 'abandoned') return { kind: 'resend', attempt: newest.attempt };
  }
  return {
    kind: 'found',
    attempt: now?.newestAttempt ?? attempt,
    status: now?.status ?? 'unknown',
    providerMessageId: now?.providerMessageId ?? null,
  };
}

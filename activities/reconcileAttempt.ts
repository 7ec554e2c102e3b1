import { listSpan } from '../domain/listSpan.js';
import { matchOneToOne } from '../domain/matchOneToOne.js';
import type { ReconcileInput, Reconciliation } from '../domain/submission.js';
import type { Account, ProviderMessage } from '../providers/provider.js';
import { providerNamed } from '../providers/registry.js';
import { advanceAfterError } from '../storage/advanceAfterError.js';
import { type DoubtfulAttempt, doubtsAround } from '../storage/doubts.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';
import { decideWithoutProof } from './decideWithoutProof.js';
import type { Dependencies } from './dependencies.js';

/** A look-up that may not decide yet, though it was the last planned, is repeated after this time. */
const lookAgainMs = 5_000;

/**
 * Looks for proof of a send that is in doubt: first in what callbacks brought, then in the provider's list. Decides for
 * lack of proof only after the provider can't hold the request any more and the last planned look has been taken.
 */
export function reconcileAttempt(dependencies: Dependencies) {
  const look = lookForProof(dependencies);
  return async (input: ReconcileInput): Promise<Reconciliation> => {
    const result = await look(input);
    if (result.kind !== 'again') dependencies.telemetry.count('reconciliations_total', { result: result.kind });
    return result;
  };
}

function lookForProof(dependencies: Dependencies) {
  const { database, workspaces, providers, reconcileDelaysMs, providerHoldMs } = dependencies;
  return async (input: ReconcileInput): Promise<Reconciliation> => {
    const { message, createdAtMs, check } = input;
    const { workspaceId, messageId } = message;
    const ref = { workspaceId, messageId, createdAtMs };
    // A message has one at most; a run that was thought dead may have begun another than the one asked about.
    const isOwn = (one: DoubtfulAttempt) => one.messageId === messageId && one.status !== 'abandoned';
    const looksAlike = (one: DoubtfulAttempt) => one.body === message.body;

    const lookedAtMs = Date.now();
    const before = (await doubtsAround(database, ref, { provider: '', ids: [] })).attempts;
    const inDoubt = before.find(isOwn);
    if (!inDoubt) return settledMeanwhile(dependencies, input);
    const { provider } = inDoubt;
    const { account, errorPolicy } = await workspaces.get(workspaceId);
    const { from, to } = message;
    const listed = await listOrGiveUp(() => {
      if (account?.provider !== provider) throw new Error(`the workspace has no account at ${provider} any more`);
      const span = listSpan(inDoubt, before.filter(looksAlike));
      return providerNamed(providers, provider).listMessages(account as Account, { to, from, ...span });
    }, message.closesAtMs);

    // Read anew: what began, or got its id, while the list was read must not be mistaken for the send in doubt.
    const ids = listed?.map(({ id }) => id) ?? [];
    const { attempts: doubts, referenced } = await doubtsAround(database, ref, { provider, ids });
    const own = doubts.find(isOwn);
    if (own?.attempt !== inDoubt.attempt) return settledMeanwhile(dependencies, input);
    const { attempt } = own;
    const unexplained = listed?.filter(({ id }) => !referenced.has(id));
    const twins = doubts.filter(looksAlike);
    const match = matchOneToOne(twins, unexplained?.filter(({ body }) => body === message.body) ?? []).get(own);
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

    const nextMs = reconcileDelaysMs[check];
    if (nextMs !== undefined) return { kind: 'again', checkInMs: nextMs - (reconcileDelaysMs[check - 1] ?? 0) };
    // By the time before the look: a list read while the provider still held the request proves nothing.
    const openUntilMs = Math.max(own.deadlineAtMs + providerHoldMs, own.startedAtMs + (reconcileDelaysMs.at(-1) ?? 0));
    if (lookedAtMs < openUntilMs) return { kind: 'again', checkInMs: Math.max(openUntilMs - lookedAtMs, lookAgainMs) };
    const decision = await decideWithoutProof(dependencies, input, { own, doubts, twins: twins.length, unexplained });
    return decision ?? settledMeanwhile(dependencies, input);
  };
}

/** The provider's answer; undefined where it still can't be asked when the message closes. Until then that is a failure, and asked again. */
async function listOrGiveUp(list: () => Promise<ProviderMessage[]>, closesAtMs: number): Promise<ProviderMessage[] | undefined> {
  try {
    return await list();
  } catch (error) {
    if (Date.now() < closesAtMs) throw error;
    return undefined;
  }
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

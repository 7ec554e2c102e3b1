import { setTimeout as delay } from 'node:timers/promises';
import type { Advance } from '../domain/advance.js';
import type { Submission } from '../domain/submission.js';
import type { SendOutcome } from '../providers/provider.js';
import type { Dependencies } from './dependencies.js';

/** A result that could not be stored is tried again this often before the workflow is asked to do it. */
const storeTriesMax = 3;
const storeRetryMs = 100;

type AttemptRef = Pick<Advance, 'workspaceId' | 'messageId' | 'createdAtMs' | 'attempt' | 'provider'>;

/** Stores what the outcome means. Where even that fails, the workflow is asked to do it. */
export async function settleOutcome(
  { store, reconcileDelaysMs }: Dependencies,
  about: AttemptRef,
  outcome: SendOutcome,
): Promise<Submission> {
  const { news, next } = meaningOf(about, outcome, reconcileDelaysMs[0] ?? 0);
  for (let tries = 1; ; tries++) {
    try {
      const stored = await store.advance(news);
      return next.kind === 'submitted' && stored ? { ...next, status: stored.status } : next;
    } catch {
      if (tries >= storeTriesMax) return { kind: 'notStored', news, next };
      await delay(storeRetryMs * 2 ** tries);
    }
  }
}

function meaningOf(about: AttemptRef, outcome: SendOutcome, checkInMs: number): { news: Advance; next: Submission } {
  const { attempt } = about;
  switch (outcome.kind) {
    case 'accepted': {
      const { providerMessageId, status } = outcome;
      return {
        news: { ...about, attemptStatus: status, messageStatus: status, providerMessageId, evidence: 'the answer to the request' },
        next: { kind: 'submitted', attempt, status, providerMessageId },
      };
    }
    case 'rejected': {
      const error = { code: outcome.code, message: outcome.message };
      return {
        news: { ...about, attemptStatus: 'failed', messageStatus: 'failed', error, evidence: 'refused by the provider' },
        next: { kind: 'ended', status: 'failed', error },
      };
    }
    case 'ambiguous': {
      const { reason } = outcome;
      return {
        news: { ...about, attemptStatus: 'uncertain', messageStatus: 'uncertain', evidence: reason },
        next: { kind: 'uncertain', attempt, reason, checkInMs },
      };
    }
    case 'rateLimited':
    case 'notSent': {
      const evidence = outcome.kind === 'notSent' ? outcome.reason : `refused for its rate, code ${outcome.code}`;
      return {
        news: { ...about, attemptStatus: 'notSent', messageStatus: 'queued', from: ['dispatching', 'uncertain'], evidence },
        next: {
          kind: 'wait',
          waitMs: outcome.kind === 'rateLimited' ? (outcome.retryAfterMs ?? 0) : 0,
          waitingFor: 'provider',
          token: null,
        },
      };
    }
  }
}

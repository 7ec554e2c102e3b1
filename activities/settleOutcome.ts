import { setTimeout as delay } from 'node:timers/promises';
import type { Advance } from '../domain/advance.js';
import { afterError } from '../domain/afterError.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { isProved } from '../domain/messageStatus.js';
import type { Again, Submission } from '../domain/submission.js';
import { wallClock } from '../platform/checkedClock.js';
import type { SendOutcome } from '../providers/provider.js';
import { advanceAfterError } from '../storage/advanceAfterError.js';
import type { Dependencies } from './dependencies.js';

/** A result that could not be stored is tried again this often before the workflow is asked to do it. */
const storeTriesMax = 3;
const storeRetryMs = 100;

type AttemptRef = Pick<Advance, 'workspaceId' | 'messageId' | 'createdAtMs' | 'attempt' | 'provider'>;

/** What a decision about a refused message depends on. */
export interface Circumstances {
  to: string;
  validUntilMs: number;
  overrides: ErrorPolicyOverrides;
}

interface Meaning {
  news: Advance;
  next: Submission;
}

/** Stores what the outcome means. Where even that fails, the workflow is asked to do it. */
export async function settleOutcome(
  dependencies: Dependencies,
  about: AttemptRef,
  outcome: SendOutcome,
  circumstances: Circumstances,
): Promise<Submission> {
  const { news, next } = meaningOf(about, outcome, dependencies.reconcileDelaysMs[0] ?? 0);
  for (let tries = 1; ; tries++) {
    try {
      const { advanced, again } = await advanceAfterError(dependencies, news, circumstances.overrides);
      if (again) return waitFor(again, news);
      // A callback was quicker than the answer that said nothing: there is no doubt.
      if (next.kind === 'uncertain' && advanced && isProved(advanced.status)) {
        const { status, newestAttempt, providerMessageId } = advanced;
        return { kind: 'submitted', attempt: newestAttempt, status, providerMessageId };
      }
      return next.kind === 'submitted' && advanced ? { ...next, status: advanced.status } : next;
    } catch {
      if (tries >= storeTriesMax) return { kind: 'notStored', ...withoutDatabase({ news, next }, circumstances) };
      await delay(storeRetryMs * 2 ** tries);
    }
  }
}

/** The same decision about a refusal where nobody can say which of the attempts failed: all of them count. */
function withoutDatabase({ news, next }: Meaning, { to, validUntilMs, overrides }: Circumstances): Meaning {
  if (news.messageStatus !== 'failed' || !news.error) return { news, next };
  const failed = { code: news.error.code, to, failures: news.attempt, nowMs: wallClock.now(), validUntilMs };
  const again = afterError(failed, overrides, Math.random());
  if (!again) return { news, next };
  // Only the database can put it off: when it is back the message is refused, and put off, once more.
  const isPutOff = again.waitingFor === 'quietHours';
  return {
    news: { ...news, messageStatus: 'queued', from: ['dispatching', 'uncertain'] },
    next: waitFor(isPutOff ? { ...again, waitMs: 1 } : again, news),
  };
}

function waitFor(again: Again, { attempt, error }: Advance): Submission {
  return { kind: 'wait', ...again, token: null, attempt, ...(error && { error }) };
}

function meaningOf(about: AttemptRef, outcome: SendOutcome, checkInMs: number): Meaning {
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

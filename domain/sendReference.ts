import type { AttemptStatus } from './messageStatus.js';

interface Numbered {
  attempt: number;
  status: AttemptStatus;
  provider: string;
}

/**
 * Number of the attempt whose reference attempt `attempt` carries at its provider. After attempts that were given up in
 * doubt it is the first of them, so that a provider which took one of them sends nothing a second time; else its own.
 *
 * @param attempts of the message, oldest first
 */
export function referenceAttempt(attempts: readonly Numbered[], attempt: number, provider: string): number {
  let first = attempt;
  for (const earlier of attempts.filter((one) => one.attempt < attempt && one.provider === provider).reverse()) {
    if (earlier.status === 'abandoned') first = earlier.attempt;
    // What was not sent says nothing of those before it; every other end is the provider's word about them.
    else if (earlier.status !== 'notSent') break;
  }
  return first;
}

/** The newest attempt under the same reference as this one: what the provider reports of one it reports of all of them. */
export function newestUnderReference(attempts: readonly Numbered[], attempt: number, provider: string): number {
  const own = referenceAttempt(attempts, attempt, provider);
  const same = attempts.filter((one) => one.provider === provider && referenceAttempt(attempts, one.attempt, provider) === own);
  return Math.max(attempt, ...same.map((one) => one.attempt));
}

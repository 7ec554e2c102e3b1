/**
 * A breaker stops what can not succeed: messages to an account whose provider does not answer or refuses its credentials, or
 * from a sender that the provider does not accept. Pure: each function answers the breaker as it should be then, or null where
 * nothing is to be changed. Times are epoch milliseconds.
 */
import { breakerOpenGrowth, breakerOpenMaxMs, breakerProbeLookMs, breakerProbeMs, breakerWindowMs } from './limits.js';

/** What a breaker is about: a workspace's account at a provider, or one of its senders. */
export const breakerScopes = ['account', 'sender'] as const;
export type BreakerScope = (typeof breakerScopes)[number];

export interface BreakerRef {
  scope: BreakerScope;
  /** The provider's name, or the sender's id. */
  subject: string;
}

export const forcedStates = ['open', 'closed'] as const;
export type ForcedState = (typeof forcedStates)[number];

/** A person's decision, which holds until its time is over. */
export interface Forced {
  state: ForcedState;
  untilMs: number;
}

export interface Breaker extends BreakerRef {
  /** Open: nothing leaves. Half open: one message is on its way to see whether it works again. */
  state: 'closed' | 'open' | 'halfOpen';
  /** Failures in a row while it is closed. */
  failures: number;
  /** How often in a row it opened. */
  opens: number;
  /** Since when nothing goes through; while it is closed, when the first of its failures was. */
  sinceMs: number;
  /** When one message may try, or the next one where the last never said what came of it. */
  retryAtMs: number;
  /** The message that tries. */
  probe: string | null;
  /** Why it opened, or was forced. */
  reason: string;
  forced: Forced | null;
}

/** Whether a message may go: yes, as the one that tries, or not before a time. */
export type Standing = { kind: 'closed' } | { kind: 'due' } | { kind: 'open'; untilMs: number; sinceMs: number };

export function newBreaker({ scope, subject }: BreakerRef, nowMs: number): Breaker {
  return { scope, subject, state: 'closed', failures: 0, opens: 0, sinceMs: nowMs, retryAtMs: 0, probe: null, reason: '', forced: null };
}

/** The decision that holds now. */
export function forcedNow({ forced }: Breaker, nowMs: number): Forced | null {
  return forced && forced.untilMs > nowMs ? forced : null;
}

/** Where a breaker stands; one that is not there is closed. */
export function standingOf(breaker: Breaker | undefined, nowMs: number): Standing {
  if (!breaker) return { kind: 'closed' };
  const { state, retryAtMs, sinceMs } = breaker;
  const forced = forcedNow(breaker, nowMs);
  if (forced?.state === 'open') return { kind: 'open', untilMs: forced.untilMs, sinceMs };
  if (forced?.state === 'closed' || state === 'closed') return { kind: 'closed' };
  if (retryAtMs <= nowMs) return { kind: 'due' };
  // The one that tries will know soon; only where it is lost does that take its whole time.
  return { kind: 'open', untilMs: state === 'halfOpen' ? Math.min(retryAtMs, nowMs + breakerProbeLookMs) : retryAtMs, sinceMs };
}

/** How long a breaker stays open that opened so often in a row. */
export function openForMs(opens: number, openMs: number): number {
  return Math.min(Math.max(openMs, breakerOpenMaxMs), openMs * breakerOpenGrowth ** (opens - 1));
}

export interface BreakerSettings {
  /** Failures in a row that open it. */
  failuresMax: number;
  /** How long it stays open at first. */
  openMs: number;
}

/** One more failure: opens where there are too many in a row. Those that began too long ago do not count with it. */
export function failed(breaker: Breaker, reason: string, { failuresMax, openMs }: BreakerSettings, nowMs: number): Breaker | null {
  if (breaker.state !== 'closed' || forcedNow(breaker, nowMs)) return null;
  const goesOn = breaker.failures > 0 && nowMs - breaker.sinceMs <= breakerWindowMs;
  const failures = goesOn ? breaker.failures + 1 : 1;
  if (failures < failuresMax) return { ...breaker, failures, sinceMs: goesOn ? breaker.sinceMs : nowMs, reason };
  return { ...newBreaker(breaker, nowMs), state: 'open', opens: 1, retryAtMs: nowMs + openForMs(1, openMs), reason };
}

/** An answer: failures before it do not count any more. */
export function answered(breaker: Breaker, nowMs: number): Breaker | null {
  return breaker.state === 'closed' && breaker.failures > 0 ? { ...newBreaker(breaker, nowMs), forced: breaker.forced } : null;
}

/** A message wants to be the one that tries; null where another is, or it is too early. */
export function claimed(breaker: Breaker, messageId: string, nowMs: number): Breaker | null {
  if (standingOf(breaker, nowMs).kind !== 'due') return null;
  return { ...breaker, state: 'halfOpen', probe: messageId, retryAtMs: nowMs + breakerProbeMs };
}

const isProbe = ({ state, probe }: Breaker, messageId: string) => state === 'halfOpen' && probe === messageId;

/** The one that tried failed: longer than before. */
export function probeFailed(
  breaker: Breaker,
  messageId: string,
  reason: string,
  { openMs }: BreakerSettings,
  nowMs: number,
): Breaker | null {
  if (!isProbe(breaker, messageId)) return null;
  const opens = breaker.opens + 1;
  return { ...breaker, state: 'open', opens, retryAtMs: nowMs + openForMs(opens, openMs), probe: null, reason };
}

/** The one that tried was answered: all may go. */
export function probeSucceeded(breaker: Breaker, messageId: string, nowMs: number): Breaker | null {
  return isProbe(breaker, messageId) ? { ...newBreaker(breaker, nowMs), forced: breaker.forced } : null;
}

/** The one that should have tried did not get to it: the next may. */
export function probeReleased(breaker: Breaker, messageId: string, nowMs: number): Breaker | null {
  return isProbe(breaker, messageId) ? { ...breaker, state: 'open', retryAtMs: nowMs, probe: null } : null;
}

/** A person forces it. When that is over the breaker is closed and begins anew. */
export function forcedTo(breaker: Breaker, state: ForcedState, untilMs: number, reason: string, nowMs: number): Breaker {
  return { ...newBreaker(breaker, nowMs), forced: { state, untilMs }, reason };
}

/** A person leaves it to itself again: closed where it had been forced, else as it is. */
export function leftToItself(breaker: Breaker, nowMs: number): Breaker | null {
  return breaker.forced ? newBreaker(breaker, nowMs) : null;
}

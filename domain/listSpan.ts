import type { Doubt } from './couldBe.js';
import { candidateLagMs, candidateLeadMs } from './limits.js';

export interface ListSpan {
  fromMs: number;
  toMs: number;
}

/**
 * The time over which a provider's list must be read to judge one doubt: its own window, and those of all doubts that
 * hang together with it, since a message in the common part of two windows could be either's. Others, long past and
 * still unresolved, do not make the list longer.
 */
export function listSpan(own: Doubt, doubts: readonly Doubt[]): ListSpan {
  const windows = [own, ...doubts].map((doubt) => ({
    fromMs: doubt.startedAtMs - candidateLeadMs,
    toMs: doubt.deadlineAtMs + candidateLagMs,
  }));
  const span = { ...(windows[0] as ListSpan) };
  for (let grown = true; grown; ) {
    grown = false;
    for (const { fromMs, toMs } of windows) {
      const touches = fromMs <= span.toMs && toMs >= span.fromMs;
      if (!touches || (fromMs >= span.fromMs && toMs <= span.toMs)) continue;
      span.fromMs = Math.min(span.fromMs, fromMs);
      span.toMs = Math.max(span.toMs, toMs);
      grown = true;
    }
  }
  return span;
}

import { candidateLagMs, candidateLeadMs } from './limits.js';

export interface Doubt {
  startedAtMs: number;
  deadlineAtMs: number;
}

export interface Candidate {
  createdAtMs: number;
}

/**
 * Pairs sends in doubt with messages of the provider's list that look like them. Equal texts to one number can't be
 * told apart, so a pairing counts only where it is complete: as many candidates as doubts, in order of time, each
 * candidate created within its doubt's window. Undefined otherwise.
 */
export function matchOneToOne<D extends Doubt, C extends Candidate>(doubts: readonly D[], candidates: readonly C[]): Map<D, C> | undefined {
  if (doubts.length !== candidates.length) return undefined;
  const byStart = [...doubts].sort((a, b) => a.startedAtMs - b.startedAtMs);
  const byCreation = [...candidates].sort((a, b) => a.createdAtMs - b.createdAtMs);
  const pairs = new Map<D, C>();
  for (const [index, doubt] of byStart.entries()) {
    const candidate = byCreation[index];
    if (!candidate) return undefined;
    const fits =
      candidate.createdAtMs >= doubt.startedAtMs - candidateLeadMs && candidate.createdAtMs <= doubt.deadlineAtMs + candidateLagMs;
    if (!fits) return undefined;
    pairs.set(doubt, candidate);
  }
  return pairs;
}

import { type Candidate, couldBe, type Doubt } from './couldBe.js';

/**
 * Pairs sends in doubt with messages of the provider's list that look like them. Equal texts to one number can't be told
 * apart, so those that could be each other's are judged together, and a pairing counts only where it is complete: as many
 * messages as doubts, in order of time, each created within its doubt's window. Doubts that no message joins do not
 * disturb each other. What can't be paired is not in the answer.
 */
export function matchOneToOne<D extends Doubt, C extends Candidate>(doubts: readonly D[], candidates: readonly C[]): Map<D, C> {
  const pairs = new Map<D, C>();
  const left = new Set(doubts);
  for (const doubt of doubts) {
    if (!left.delete(doubt)) continue;
    const together = [doubt];
    const shared = new Set<C>();
    // Grows while it is walked over.
    for (const one of together) {
      for (const candidate of candidates) {
        if (shared.has(candidate) || !couldBe(one, candidate)) continue;
        shared.add(candidate);
        for (const other of left) if (couldBe(other, candidate) && left.delete(other)) together.push(other);
      }
    }
    if (together.length !== shared.size) continue;
    const byStart = together.sort((a, b) => a.startedAtMs - b.startedAtMs);
    const byCreation = [...shared].sort((a, b) => a.createdAtMs - b.createdAtMs);
    const inOrder = byStart.map((one, index): [D, C] => [one, byCreation[index] as C]);
    if (inOrder.every(([one, candidate]) => couldBe(one, candidate))) for (const [one, candidate] of inOrder) pairs.set(one, candidate);
  }
  return pairs;
}

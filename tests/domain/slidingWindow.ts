/** A message that left, and how many tokens it counts as. */
export interface Departure {
  atMs: number;
  cost: number;
}

/**
 * By how many messages the worst window breaks the promise of the limiter: in any window of w seconds at most
 * burst + rate × (w + 0.25 s) messages leave, or tokens, where they count as several. Not above 0 where it is kept. Only
 * windows that begin and end with a departure are looked at: those hold the most for their length.
 *
 * Below 4 messages a second one interval stands for the 0.25 s: a window that includes both of its ends holds one slot
 * more than rate × w.
 *
 * @param departures in any order
 */
export function excessInWorstWindow(
  departures: readonly Departure[],
  { ratePerSecond, burst }: { ratePerSecond: number; burst: number },
): number {
  let worst = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  let before = 0;
  for (const { atMs, cost } of [...departures].sort((a, b) => a.atMs - b.atMs)) {
    const paidByRate = ratePerSecond * (atMs / 1_000);
    lowest = Math.min(lowest, before - paidByRate);
    before += cost;
    worst = Math.max(worst, before - paidByRate - lowest - burst - ratePerSecond * (slackMs(ratePerSecond) / 1_000));
  }
  return worst;
}

export function slackMs(ratePerSecond: number): number {
  return Math.max(250, 1_000 / ratePerSecond);
}

/** Epoch milliseconds carry rounding of this order; in messages. */
export const rounding = 1e-2;

/** Numbers from 0 to 1 that follow from a seed (mulberry32), so that a failing run can be repeated. */
export function drawsFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

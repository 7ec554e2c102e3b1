/** When a cooldown ends, and over what time the rate then comes back. Milliseconds, in the limiter's time. */
export interface Pace {
  cooldownUntilMs: number;
  rampMs: number;
}

const stepShares = [0.25, 0.5, 0.75, 1] as const;

/**
 * Paced time stands still until the cooldown ends, then runs at 25, 50, 75 and 100 % of the clock for a quarter of the
 * ramp each, then as the clock. It never runs faster than the clock, so what keeps a limit in paced time keeps it in
 * any window of the clock. Without a pace it is the clock.
 */
export function pacedMs(pace: Pace | null, atMs: number): number {
  if (!pace) return atMs;
  let left = atMs - pace.cooldownUntilMs;
  let paced = pace.cooldownUntilMs;
  if (left <= 0) return paced;
  const stepMs = pace.rampMs / stepShares.length;
  for (const share of stepShares) {
    const inStep = Math.min(left, stepMs);
    paced += inStep * share;
    left -= inStep;
  }
  return paced + left;
}

/** The first moment of the clock at which paced time has come to `paced`: the inverse of `pacedMs`. */
export function clockMs(pace: Pace | null, paced: number): number {
  if (!pace) return paced;
  let left = paced - pace.cooldownUntilMs;
  let atMs = pace.cooldownUntilMs;
  if (left <= 0) return atMs;
  const stepMs = pace.rampMs / stepShares.length;
  for (const share of stepShares) {
    const inStep = Math.min(left, stepMs * share);
    atMs += inStep / share;
    left -= inStep;
  }
  return atMs + left;
}

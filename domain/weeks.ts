const weekMs = 7 * 24 * 60 * 60 * 1_000;
/** The first Monday of the epoch, 1970-01-05. */
const firstMondayMs = 4 * 24 * 60 * 60 * 1_000;

/** When the week (UTC, from Monday) of a time ends, or that of so many weeks later. Epoch milliseconds. */
export function weekEndMs(atMs: number, weeksLater = 0): number {
  return firstMondayMs + (Math.floor((atMs - firstMondayMs) / weekMs) + 1 + weeksLater) * weekMs;
}

let last = 0;

/** The time in epoch microseconds, later than at every call before in this process, also where the clock was put back. */
export function acceptClock(nowMs = Date.now()): number {
  last = Math.max(nowMs * 1_000, last + 1);
  return last;
}

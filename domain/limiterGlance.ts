import { timeOfTick } from './calendar.js';
import { describeLimiter } from './describeLimiter.js';
import { tokensHeld } from './holdings.js';
import { gridOf, type RateLimiterState, refill, tellTime } from './rateLimiterState.js';
import { settleExpired } from './settle.js';

/** What a limiter's state means at one moment, in the clock's time. */
export interface LimiterGlance {
  /** Tokens that are free at once. */
  free: number;
  /** Tokens that processes hold for messages which are about to leave. */
  held: number;
  /** Slots that are booked ahead. */
  booked: number;
  /** The last of them, epoch milliseconds; null where none is. */
  bookedUntilMs: number | null;
  /** When the waiting messages will have left at this rate, those that have no slot yet included; null where none waits. */
  drainedAtMs: number | null;
  /** The state in words, as the Temporal Web UI shows it. */
  inWords: string;
}

/**
 * Looks at a limiter as it is now, though nobody may have asked it for a while. Changes `state`, which is a copy.
 *
 * @param waiting messages that have not left; where segments are counted it is a lower bound
 */
export function limiterGlance(state: RateLimiterState, clockNowMs: number, waiting: number): LimiterGlance {
  const nowMs = tellTime(state, clockNowMs);
  settleExpired(state, nowMs);
  const nowTick = refill(state, nowMs);
  const { calendar, holdings, offsetMs } = state;
  // What lies ahead before the next tick is taken without a gap; the calendar lists only those behind a gap.
  const listed = calendar.taken.filter((tick) => tick > nowTick);
  const booked = Math.max(0, calendar.next - 1 - nowTick) + listed.length;
  const last = Math.max(nowTick, listed.at(-1) ?? calendar.next - 1);
  const timeOf = (tick: number) => timeOfTick(calendar, gridOf(state), tick) - offsetMs;
  const unbooked = Math.max(0, waiting - booked - calendar.tokens);
  const drainsAtMs = booked + unbooked > 0 ? timeOf(last + unbooked) : clockNowMs;
  return {
    free: calendar.tokens,
    held: tokensHeld(holdings),
    booked,
    bookedUntilMs: booked > 0 ? timeOf(last) : null,
    drainedAtMs: waiting > 0 ? drainsAtMs : null,
    inWords: describeLimiter(state),
  };
}

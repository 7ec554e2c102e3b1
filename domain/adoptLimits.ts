import { newCalendar, tickAt } from './calendar.js';
import type { RateLimits } from './rateLimit.js';
import { burstLeft, gridOf, paceOf, type RateLimiterState, refill } from './rateLimiterState.js';
import { relimitLine } from './senderLine.js';

/**
 * Goes on under newer limits. Every token of the older ones is void in the attempt transaction, so bookings and
 * holdings are dropped: the backlog is asked anew, and at the new rate. What is in the bucket stays, up to the new
 * burst; a cooldown that is new empties it. Changes `state`.
 */
export function adoptLimits(state: RateLimiterState, limits: RateLimits, nowMs: number): void {
  if (limits.epoch <= state.limits.epoch) return;
  refill(state, nowMs);
  const before = state.limits;
  const spare = Math.min(state.calendar.tokens, burstLeft(state), limits.burst);
  const pace = paceOf(limits, limits.rampMs, nowMs, state.offsetMs);
  const cooled = pace !== null && (limits.cooldownUntilMs !== before.cooldownUntilMs || pace.cooldownUntilMs > nowMs);
  for (const [id, line] of Object.entries(state.senders)) {
    const limit = limits.senders[id];
    if (limit) state.senders[id] = relimitLine(line, limit, paceOf(limit, limits.rampMs, nowMs, state.offsetMs), nowMs);
    else delete state.senders[id];
  }
  state.limits = limits;
  state.pace = pace;
  state.holdings = {};
  state.calendar = newCalendar(pace?.cooldownUntilMs ?? nowMs, cooled ? 0 : spare);
  state.calendar.next = Math.max(1, tickAt(state.calendar, gridOf(state), nowMs) + 1);
}

import { collectAll, gathering, tickAt } from './calendar.js';
import { release, tokensHeld } from './holdings.js';
import { burstLeft, gridOf, type RateLimiterState, refill } from './rateLimiterState.js';
import { lineIsFull, settleExpiredInLine } from './senderLine.js';

/**
 * Used tokens give their room in the burst back, as of `atMs`: what came into a full bucket before is lost, what came
 * after finds the room. Changes `state`.
 */
export function settle(state: RateLimiterState, name: string, used: number, atMs: number): void {
  if (!state.holdings[name] || !(used > 0)) return;
  collectAll(state.calendar, tickAt(state.calendar, gridOf(state), atMs), burstLeft(state));
  release(state.holdings, name, used);
}

/** Tokens whose time is over count as used in its last moment; lines of senders that are full again are forgotten. */
export function settleExpired(state: RateLimiterState, nowMs: number): void {
  const expired = Object.entries(state.holdings).filter(([, { expiresAtMs }]) => expiresAtMs <= nowMs);
  // The latest last: an earlier one after it would find its ticks lost.
  expired.sort(([, a], [, b]) => a.expiresAtMs - b.expiresAtMs);
  for (const [name, { tokens, expiresAtMs }] of expired) settle(state, name, tokens, expiresAtMs);
  for (const [id, line] of Object.entries(state.senders)) {
    settleExpiredInLine(line, nowMs);
    if (lineIsFull(line, nowMs)) delete state.senders[id];
  }
}

/**
 * True where ending and starting anew would give nobody a token too many: nobody holds any, nothing is booked, and all
 * buckets are full, those included that may have been used in the last moment of their time. Changes `state`.
 */
export function isFull(state: RateLimiterState, nowMs: number): boolean {
  settleExpired(state, nowMs);
  const nowTick = refill(state, nowMs);
  const { calendar, limits, holdings, senders } = state;
  return (
    tokensHeld(holdings) === 0 &&
    gathering(calendar) === 0 &&
    calendar.taken.length === 0 &&
    calendar.next <= nowTick + 1 &&
    calendar.tokens >= limits.burst &&
    Object.keys(senders).length === 0
  );
}

import { type Calendar, collect, type Grid, newCalendar, tickAt } from './calendar.js';
import { type Holdings, tokensHeld } from './holdings.js';
import { processSeenMs } from './limits.js';
import type { Pace } from './pace.js';
import type { RateLimits, ReserveRequest } from './rateLimit.js';
import type { SenderLine } from './senderLine.js';

/** All that a rateLimiter workflow knows. Its times are in the limiter's own time, which never runs backwards. */
export interface RateLimiterState {
  limits: RateLimits;
  pace: Pace | null;
  calendar: Calendar;
  /** Tokens of processes: `<process>/lease` in advance, `<process>/now` for messages that are about to leave. */
  holdings: Holdings;
  /** Senders whose own limit matters at present, by id. */
  senders: Record<string, SenderLine>;
  /** When each process asked last. */
  seen: Record<string, number>;
  /** The limiter's time is the clock and this; it grows when the clock is set back. */
  offsetMs: number;
  lastMs: number;
}

/** A limiter that begins: with a full burst, or an empty one where a cooldown is on or its ramp has not ended. */
export function newRateLimiterState(limits: RateLimits, nowMs: number): RateLimiterState {
  const pace = paceOf(limits, limits.rampMs, nowMs, 0);
  const calendar = pace ? newCalendar(pace.cooldownUntilMs, 0) : newCalendar(nowMs, limits.burst);
  const grid = { intervalMs: 1_000 / limits.ratePerSecond, pace };
  calendar.next = Math.max(1, tickAt(calendar, grid, nowMs) + 1);
  return { limits, pace, calendar, holdings: {}, senders: {}, seen: {}, offsetMs: 0, lastMs: nowMs };
}

/** The pace of a cooldown that is on or whose ramp has not ended. `nowMs` is the limiter's time. */
export function paceOf(
  { cooldownUntilMs }: { cooldownUntilMs: number | null },
  rampMs: number,
  nowMs: number,
  offsetMs: number,
): Pace | null {
  if (cooldownUntilMs === null || cooldownUntilMs + offsetMs + rampMs <= nowMs) return null;
  return { cooldownUntilMs: cooldownUntilMs + offsetMs, rampMs };
}

export function gridOf({ limits, pace }: RateLimiterState): Grid {
  return { intervalMs: 1_000 / limits.ratePerSecond, pace };
}

/** The burst that is left for the bucket while processes hold tokens. */
export function burstLeft({ limits, holdings }: RateLimiterState): number {
  return Math.max(0, limits.burst - tokensHeld(holdings));
}

/** Moves the limiter's time on to the clock's. A clock that was set back stands still here until it moves again. */
export function tellTime(state: RateLimiterState, clockMs: number): number {
  state.offsetMs = Math.max(state.offsetMs, state.lastMs - clockMs);
  state.lastMs = clockMs + state.offsetMs;
  return state.lastMs;
}

/** Brings the tokens that have come into the bucket; answers the newest tick. */
export function refill(state: RateLimiterState, nowMs: number): number {
  const nowTick = tickAt(state.calendar, gridOf(state), nowMs);
  collect(state.calendar, nowTick, burstLeft(state));
  return nowTick;
}

/** Notes who asks and tells messages when to come back; answers how many processes did lately. */
export function noteHolder({ seen }: RateLimiterState, { holder, givesTurns = true }: ReserveRequest, nowMs: number): number {
  if (givesTurns) seen[holder] = nowMs;
  for (const [name, atMs] of Object.entries(seen)) if (atMs <= nowMs - processSeenMs) delete seen[name];
  return Object.keys(seen).length;
}

/** Limiter state and questions as versions before lanes made them: taken over, not trusted. */
import { newCalendar } from './calendar.js';
import { type Holdings, tokensHeld } from './holdings.js';
import { plainLimits, type RateLimits, type ReserveAnswer, type ReserveRequest } from './rateLimit.js';
import { newRateLimiterState, type RateLimiterState } from './rateLimiterState.js';

type OlderLimits = Pick<RateLimits, 'ratePerSecond' | 'burst' | 'epoch'>;

/** One time that moves on (GCRA), and what is held. */
interface OlderState {
  limits: OlderLimits;
  tatMs: number;
  holdings: Holdings;
}

/** A question of a process that knows no lanes: one entry a token, and nothing is told to come later. */
export interface OlderRequest extends Omit<ReserveRequest, 'wants' | 'sendersUnused' | 'limits'> {
  lanes: string[];
  limits: OlderLimits;
}

/** What such a process reads of an answer. */
export type OlderAnswer = ReserveAnswer & { waitsMs: number[] };

/**
 * The state that a run carried over. One of an older shape keeps its debt, its bookings and what is held; nonsense
 * becomes a limiter with an empty bucket, so that nobody gains a burst by it.
 */
export function upgradeState(carried: unknown, limits: RateLimits, nowMs: number): RateLimiterState {
  if (isCurrent(carried)) return carried;
  const state = newRateLimiterState(isOlder(carried) ? plainLimits(carried.limits) : limits, nowMs);
  state.calendar = newCalendar(nowMs, 0);
  if (!isOlder(carried)) return state;
  const { ratePerSecond, burst } = carried.limits;
  const debt = Math.max(0, carried.tatMs - nowMs) * (ratePerSecond / 1_000);
  const left = Math.floor(burst - tokensHeld(carried.holdings) - debt);
  state.holdings = carried.holdings;
  state.calendar.tokens = Math.max(0, left);
  // What was booked ahead comes first.
  state.calendar.next = 1 + Math.max(0, -left);
  return state;
}

export function upgradeRequest(request: ReserveRequest | OlderRequest): ReserveRequest {
  const limits = plainLimits(request.limits);
  if ('wants' in request) return { ...request, limits };
  const { lanes, ...rest } = request;
  // As high: the only lane that is never told to come later, which who asks would not understand.
  return { ...rest, limits, sendersUnused: {}, wants: lanes.map(() => ({ lane: 'high', cost: 1, earlierAsks: 0 })) };
}

/** The same answer with what a process that knows no lanes looks for. */
export function answerFor(request: ReserveRequest | OlderRequest, answer: ReserveAnswer): ReserveAnswer | OlderAnswer {
  return 'wants' in request ? answer : { ...answer, waitsMs: answer.turns.map(({ waitMs }) => waitMs) };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const areNumbers = (...values: unknown[]) => values.every((value) => typeof value === 'number' && Number.isFinite(value));

function areLimits(value: unknown): value is OlderLimits {
  return (
    isRecord(value) &&
    areNumbers(value.ratePerSecond, value.burst, value.epoch) &&
    Number(value.ratePerSecond) > 0 &&
    Number(value.burst) >= 1
  );
}

function areHoldings(value: unknown): value is Holdings {
  return (
    isRecord(value) &&
    Object.values(value).every((one) => isRecord(one) && areNumbers(one.tokens, one.expiresAtMs) && Number(one.tokens) >= 1)
  );
}

function isOlder(value: unknown): value is OlderState {
  return isRecord(value) && areLimits(value.limits) && areNumbers(value.tatMs) && areHoldings(value.holdings);
}

function isCurrent(value: unknown): value is RateLimiterState {
  if (!isRecord(value) || !areLimits(value.limits) || !areHoldings(value.holdings) || !isRecord(value.calendar)) return false;
  const { originMs, next, tokens, taken } = value.calendar;
  return (
    areNumbers(originMs, next, tokens, value.offsetMs, value.lastMs) &&
    Array.isArray(taken) &&
    areNumbers(...taken) &&
    isRecord(value.senders) &&
    isRecord(value.seen)
  );
}

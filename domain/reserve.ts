/**
 * The limiter's decision. What is free at once is not booked but held: kept out of the burst until its process reports
 * it used or its time is over. What is not gets a booked slot, within its lane's horizon; over it, the message is told
 * to come later. So in any window of w seconds at most burst + rate·w leave, however late a held token is used.
 *
 * Pure: the clock is an argument, state in, state out. It runs inside the rateLimiter workflow.
 */
import { adoptLimits } from './adoptLimits.js';
import { freeTicks, gathering, take, tickAt, timeOfTick } from './calendar.js';
import { hold, tokensHeld } from './holdings.js';
import { heldBackHorizonMs, horizonMs, laneMayTake } from './lanes.js';
import { heavyPatienceAsks, heavyRetryMs, leaseBurstShareMax, leaseLifeMs, leaseTokensMax, nowTokenLifeMs } from './limits.js';
import type { ReserveAnswer, ReserveRequest, Turn, Want } from './rateLimit.js';
import { burstLeft, gridOf, noteHolder, paceOf, type RateLimiterState, refill, tellTime } from './rateLimiterState.js';
import { bookInLine, costInLine, earliestMs, hasRoomFor, newSenderLine, type SenderLine, settleLine } from './senderLine.js';
import { settle, settleExpired } from './settle.js';

const atOnce: Turn = { booked: true, waitMs: 0 };

/** Gives every message its turn and fills the holder's lease from what is free at this moment. Changes `state`. */
export function reserve(state: RateLimiterState, request: ReserveRequest, clockNowMs: number): ReserveAnswer {
  const nowMs = tellTime(state, clockNowMs);
  const processes = noteHolder(state, request, nowMs);
  settleExpired(state, nowMs);
  settleReported(state, request, nowMs);
  adoptLimits(state, request.limits, nowMs);
  const nowTick = refill(state, nowMs);

  const turns = request.wants.map((want) => turnOf(state, request.holder, want, nowMs, nowTick));
  const leased = request.wantsLease && turns.every(({ waitMs }) => waitMs === 0) ? fillLease(state, request.holder, nowMs) : 0;
  return { turns, leased, limitsEpoch: state.limits.epoch, processes };
}

/**
 * The answer to a question that would change nothing, because nobody in it gets a turn; undefined for any other. Leaves
 * `state` alone.
 */
export function refusalOf(state: RateLimiterState, request: ReserveRequest, clockNowMs: number): ReserveAnswer | undefined {
  if (request.wants.length === 0 || request.limits.epoch > state.limits.epoch) return undefined;
  // The state is plain data; the sandbox of workflows has no structuredClone.
  const answer = reserve(JSON.parse(JSON.stringify(state)) as RateLimiterState, request, clockNowMs);
  return answer.turns.some(({ booked }) => booked) ? undefined : answer;
}

function settleReported(state: RateLimiterState, request: ReserveRequest, nowMs: number): void {
  const { holder, sendersUnused } = request;
  const usedAtMs = nowMs - Math.max(0, request.lastUseAgoMs);
  for (const [name, unused] of [
    [`${holder}/lease`, request.leaseUnused],
    [`${holder}/now`, request.nowUnused],
  ] as const) {
    settle(state, name, (state.holdings[name]?.tokens ?? 0) - unused, usedAtMs);
  }
  for (const [id, line] of Object.entries(state.senders)) {
    settleLine(line, holder, (line.holdings[holder]?.tokens ?? 0) - (sendersUnused[id] ?? 0), usedAtMs);
  }
}

function turnOf(state: RateLimiterState, holder: string, want: Want, nowMs: number, nowTick: number): Turn {
  const { calendar, limits } = state;
  const cost = Math.min(Math.max(1, Math.floor(want.cost)), limits.burst);
  const line = lineOf(state, want.sender, nowMs);
  const senderAtMs = line ? earliestMs(line, want.cost, nowMs) : nowMs;
  if (senderAtMs <= nowMs && calendar.tokens >= cost) {
    calendar.tokens -= cost;
    hold(state.holdings, `${holder}/now`, cost, nowMs + nowTokenLifeMs);
    if (line) hold(line.holdings, holder, costInLine(line, want.cost), nowMs + nowTokenLifeMs);
    return atOnce;
  }

  const heaviest = Math.max(cost, calendar.heavy?.cost ?? 0);
  if (cost > 1 && tokensHeld(state.holdings) + heaviest - 1 > limits.burst) return later(heavyRetryMs);
  if (line && !hasRoomFor(line, want.cost)) return later(heavyRetryMs);
  const heldBack = senderAtMs > nowMs;
  const horizonAtMs = nowMs + (heldBack ? heldBackHorizonMs(want.lane, want.earlierAsks) : horizonMs(want.lane, want.earlierAsks));
  if (senderAtMs > horizonAtMs) return later(senderAtMs - horizonAtMs);

  const grid = gridOf(state);
  // Heavy messages gather their ticks one after the other. One that its sender holds back is not booked ahead, for it would
  // hold up the others; but where the sender's light ones come before it again and again, it is.
  const fromBucket = calendar.heavy || heldBack ? 0 : Math.min(calendar.tokens, cost - 1);
  const notBeforeMs = cost > 1 && want.earlierAsks < heavyPatienceAsks ? nowMs : senderAtMs;
  const first = Math.max(nowTick + 1, tickAt(calendar, grid, notBeforeMs), cost > 1 ? (calendar.heavy?.until ?? 0) + 1 : 0);
  const ticks = freeTicks(calendar, first, cost - fromBucket, (tick) => {
    const atMs = timeOfTick(calendar, grid, tick);
    return atMs >= notBeforeMs && laneMayTake(want.lane, tick, atMs - nowMs);
  });
  const leavesMs = timeOfTick(calendar, grid, ticks.at(-1) as number);
  if (leavesMs > horizonAtMs) return later(leavesMs - horizonAtMs);
  if (leavesMs < senderAtMs) return later(senderAtMs - leavesMs);
  calendar.tokens -= fromBucket;
  take(calendar, ticks, cost);
  calendar.tokens = Math.min(calendar.tokens, Math.max(0, burstLeft(state) - gathering(calendar)));
  if (line) bookInLine(line, want.cost, leavesMs);
  // Rounding must not make a slot of this moment look like a held token.
  return { booked: true, waitMs: Math.max(leavesMs - nowMs, Number.EPSILON) };
}

const later = (waitMs: number): Turn => ({ booked: false, waitMs });

/** The line of a sender with a limit of its own. */
function lineOf(state: RateLimiterState, sender: string | undefined, nowMs: number): SenderLine | undefined {
  const limit = sender === undefined ? undefined : state.limits.senders[sender];
  if (sender === undefined || !limit) return undefined;
  return (state.senders[sender] ??= newSenderLine(limit, paceOf(limit, state.limits.rampMs, nowMs, state.offsetMs)));
}

function fillLease(state: RateLimiterState, holder: string, nowMs: number): number {
  const { calendar, holdings, limits } = state;
  const name = `${holder}/lease`;
  const room = Math.min(
    leaseTokensMax - (holdings[name]?.tokens ?? 0),
    Math.floor(limits.burst * leaseBurstShareMax) - tokensHeld(holdings, '/lease'),
    calendar.tokens,
  );
  if (room <= 0) return 0;
  calendar.tokens -= room;
  hold(holdings, name, room, nowMs + leaseLifeMs);
  return room;
}

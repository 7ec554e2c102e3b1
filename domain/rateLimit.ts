/**
 * A workspace's send rate as a calendar (GCRA). A token is a slot: a time at which one message may leave.
 *
 *   T = 1000 / rate;  tat = max(tat, now);  slot = max(now, tat − (burst − 1)·T);  tat += T
 *
 * What is free at once is not booked but held: the tokens are kept out of the burst until their process reports them
 * used or their time is over, and are paid for then. A process may also hold a few in advance (a lease), so that
 * sparse traffic does not ask for each message. So at no time is more than the burst free and held together, and in
 * any window of w seconds at most burst + rate·w messages leave, however late a held token is used.
 *
 * Pure: the clock is an argument, state in, state out. It runs inside the rateLimiter workflow.
 */
import { leaseBurstShareMax, leaseLifeMs, leaseTokensMax, nowTokenLifeMs } from './limits.js';
import type { Priority } from './priority.js';

/** A workspace's limits as Postgres records them; `epoch` grows with every change. */
export interface RateLimits {
  ratePerSecond: number;
  burst: number;
  epoch: number;
}

export interface Holding {
  tokens: number;
  /** Epoch milliseconds in the limiter's time; after it the tokens count as used. */
  expiresAtMs: number;
}

export interface RateLimiterState {
  limits: RateLimits;
  /** Theoretical arrival time, epoch milliseconds: when the bucket is full again. */
  tatMs: number;
  /** Tokens of processes: `<process>/lease` in advance, `<process>/now` for messages that are about to leave. */
  holdings: Record<string, Holding>;
}

export interface ReserveRequest {
  /** The process that asks; what it holds belongs to it. */
  holder: string;
  /** One entry a token wanted now. */
  lanes: Priority[];
  /** Tokens of its lease that the holder has not used yet. */
  leaseUnused: number;
  /** Tokens it got for messages that were about to leave, and that have not left yet. */
  nowUnused: number;
  /** Milliseconds since the holder last used a token: what it used before is paid for as of then. */
  lastUseAgoMs: number;
  /** Whether the holder wants its lease filled up. */
  wantsLease: boolean;
  /** The limits as the holder read them; newer ones than the limiter's are adopted. */
  limits: RateLimits;
}

export interface ReserveAnswer {
  /** For each lane asked, milliseconds from the moment of the answer to its slot; 0 is a held token. */
  waitsMs: number[];
  /** Tokens added to the holder's lease, usable at any time within `leaseLifeMs`. */
  leased: number;
  /** Epoch of the limits the tokens were given under. */
  limitsEpoch: number;
}

export function newRateLimiterState(limits: RateLimits): RateLimiterState {
  return { limits, tatMs: 0, holdings: {} };
}

const intervalMs = (limits: RateLimits) => 1_000 / limits.ratePerSecond;

function tokensHeld(state: RateLimiterState, kind = ''): number {
  return Object.entries(state.holdings).reduce((sum, [name, { tokens }]) => sum + (name.endsWith(kind) ? tokens : 0), 0);
}

/** The burst that is left for slots while processes hold tokens. */
function openBurst(state: RateLimiterState): number {
  return Math.max(0, state.limits.burst - tokensHeld(state));
}

/** Used tokens come back into the burst and are paid for in time, as if all were used at `atMs`. */
function settle(state: RateLimiterState, name: string, used: number, atMs: number): void {
  const holding = state.holdings[name];
  if (!holding || used <= 0) return;
  const tokens = Math.min(used, holding.tokens);
  holding.tokens -= tokens;
  if (holding.tokens === 0) delete state.holdings[name];
  state.tatMs = Math.max(state.tatMs, atMs) + tokens * intervalMs(state.limits);
}

function hold(state: RateLimiterState, name: string, expiresAtMs: number): void {
  const holding = (state.holdings[name] ??= { tokens: 0, expiresAtMs });
  holding.tokens += 1;
  holding.expiresAtMs = expiresAtMs;
}

function adopt(state: RateLimiterState, limits: RateLimits, nowMs: number): void {
  if (limits.epoch <= state.limits.epoch) return;
  // What is owed is owed in tokens: a slower rate makes the same backlog last longer.
  const owed = Math.max(0, state.tatMs - nowMs) / intervalMs(state.limits);
  state.limits = limits;
  state.tatMs = nowMs + owed * intervalMs(limits);
}

/** Gives every token asked its slot and fills the holder's lease from what is free at this moment. Changes `state`. */
export function reserve(state: RateLimiterState, request: ReserveRequest, nowMs: number): ReserveAnswer {
  const lease = `${request.holder}/lease`;
  const now = `${request.holder}/now`;
  for (const [name, { tokens, expiresAtMs }] of Object.entries(state.holdings)) {
    if (expiresAtMs <= nowMs) settle(state, name, tokens, expiresAtMs);
  }
  const usedAtMs = nowMs - Math.max(0, request.lastUseAgoMs);
  settle(state, lease, (state.holdings[lease]?.tokens ?? 0) - request.leaseUnused, usedAtMs);
  settle(state, now, (state.holdings[now]?.tokens ?? 0) - request.nowUnused, usedAtMs);
  adopt(state, request.limits, nowMs);

  const interval = intervalMs(state.limits);
  const slot = () => Math.max(nowMs, Math.max(state.tatMs, nowMs) - (openBurst(state) - 1) * interval);
  const waitsMs = request.lanes.map(() => {
    const atMs = slot();
    if (atMs <= nowMs) hold(state, now, nowMs + nowTokenLifeMs);
    else state.tatMs = Math.max(state.tatMs, nowMs) + interval;
    return atMs - nowMs;
  });

  const shareMax = Math.floor(state.limits.burst * leaseBurstShareMax);
  let leased = 0;
  while (request.wantsLease && request.leaseUnused + leased < leaseTokensMax && tokensHeld(state, '/lease') < shareMax && slot() <= nowMs) {
    hold(state, lease, nowMs + leaseLifeMs);
    leased += 1;
  }
  return { waitsMs, leased, limitsEpoch: state.limits.epoch };
}

/**
 * True where ending and starting anew would give nobody a token too many: nobody holds any, and the bucket is full, those
 * included that may have been used in the last moment of their time.
 */
export function isFull({ limits, tatMs, holdings }: RateLimiterState, nowMs: number): boolean {
  let fullAtMs = tatMs;
  for (const { tokens, expiresAtMs } of Object.values(holdings)) {
    fullAtMs = Math.max(fullAtMs, expiresAtMs) + tokens * intervalMs(limits);
  }
  return fullAtMs <= nowMs;
}

/**
 * A workspace's send rate as a calendar (GCRA). A token is a slot: a time at which one message may leave.
 *
 *   T = 1000 / rate;  tat = max(tat, now);  slot = max(now, tat − (burst − 1)·T);  tat += T
 *
 * A process may hold a few tokens in advance (a lease), so that sparse traffic does not ask for each message. Held
 * tokens are kept out of the burst until they are reported used or their lease is over, so that in any window of w
 * seconds at most burst + rate·w slots are given, leases included.
 *
 * Pure: the clock is an argument, state in, state out. It runs inside the rateLimiter workflow.
 */
import { leaseBurstShareMax, leaseLifeMs, leaseTokensMax } from './limits.js';
import type { Priority } from './priority.js';

/** A workspace's limits as Postgres records them; `epoch` grows with every change. */
export interface RateLimits {
  ratePerSecond: number;
  burst: number;
  epoch: number;
}

export interface Lease {
  tokens: number;
  /** Epoch milliseconds in the limiter's time; after it the tokens count as used. */
  expiresAtMs: number;
}

export interface RateLimiterState {
  limits: RateLimits;
  /** Theoretical arrival time, epoch milliseconds: when the bucket is full again. */
  tatMs: number;
  leases: Record<string, Lease>;
}

export interface ReserveRequest {
  /** The process that asks; leases belong to it. */
  holder: string;
  /** One entry a token wanted now. */
  lanes: Priority[];
  /** Tokens of its lease that the holder has not used yet. */
  held: number;
  /** Whether the holder wants its lease filled up. */
  wantsLease: boolean;
  /** The limits as the holder read them; newer ones than the limiter's are adopted. */
  limits: RateLimits;
}

export interface ReserveAnswer {
  /** For each lane asked, milliseconds from the moment of the answer to its slot. */
  waitsMs: number[];
  /** Tokens added to the holder's lease, usable at any time within `leaseLifeMs`. */
  leased: number;
  leaseLifeMs: number;
  /** Epoch of the limits the tokens were given under. */
  limitsEpoch: number;
}

export function newRateLimiterState(limits: RateLimits): RateLimiterState {
  return { limits, tatMs: 0, leases: {} };
}

const intervalMs = (limits: RateLimits) => 1_000 / limits.ratePerSecond;

function tokensLeased(state: RateLimiterState): number {
  return Object.values(state.leases).reduce((sum, lease) => sum + lease.tokens, 0);
}

/** The burst that is left for slots while processes hold tokens. */
function openBurst(state: RateLimiterState): number {
  return Math.max(0, state.limits.burst - tokensLeased(state));
}

/** Used tokens come back into the burst and are paid for in time, so that using a lease is never cheaper than asking. */
function settle(state: RateLimiterState, holder: string, tokens: number, nowMs: number): void {
  const lease = state.leases[holder];
  if (!lease || tokens <= 0) return;
  const used = Math.min(tokens, lease.tokens);
  lease.tokens -= used;
  if (lease.tokens === 0) delete state.leases[holder];
  state.tatMs = Math.max(state.tatMs, nowMs) + used * intervalMs(state.limits);
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
  adopt(state, request.limits, nowMs);
  for (const [holder, lease] of Object.entries(state.leases)) {
    if (lease.expiresAtMs <= nowMs) settle(state, holder, lease.tokens, nowMs);
  }
  const lease = state.leases[request.holder];
  if (lease) settle(state, request.holder, lease.tokens - request.held, nowMs);

  const interval = intervalMs(state.limits);
  const slot = () => Math.max(nowMs, Math.max(state.tatMs, nowMs) - (openBurst(state) - 1) * interval);
  const waitsMs = request.lanes.map(() => {
    const at = slot();
    state.tatMs = Math.max(state.tatMs, nowMs) + interval;
    return at - nowMs;
  });

  const shareMax = Math.floor(state.limits.burst * leaseBurstShareMax);
  let leased = 0;
  const held = state.leases[request.holder]?.tokens ?? 0;
  while (request.wantsLease && held + leased < leaseTokensMax && tokensLeased(state) < shareMax && slot() <= nowMs) {
    const own = (state.leases[request.holder] ??= { tokens: 0, expiresAtMs: 0 });
    own.tokens += 1;
    own.expiresAtMs = nowMs + leaseLifeMs;
    leased += 1;
  }
  return { waitsMs, leased, leaseLifeMs, limitsEpoch: state.limits.epoch };
}

/** True where ending and starting anew would give nobody a token too many: the bucket is full and no lease is out. */
export function isFull(state: RateLimiterState, nowMs: number): boolean {
  const leased = Object.values(state.leases).some((lease) => lease.expiresAtMs > nowMs);
  return state.tatMs <= nowMs && !leased;
}

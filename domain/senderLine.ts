/**
 * A sender's own limit, inside its workspace's: its messages in one line (GCRA). Messages of a sender keep their order,
 * so one time that moves on is enough, and it fits whatever tick the workspace has free:
 *
 *   earliest = max(last, max(tat, now) − (burst − held − cost)·T);  booked at t ≥ earliest:  tat = max(tat, t) + cost·T
 */
import { type Holdings, release, tokensHeld } from './holdings.js';
import { clockMs, type Pace, pacedMs } from './pace.js';

/** A sender's own limit as Postgres records it. */
export interface SenderLimit {
  ratePerSecond: number;
  burst: number;
  /** Epoch milliseconds until which nothing may leave from it. */
  cooldownUntilMs: number | null;
}

export interface SenderLine {
  limit: SenderLimit;
  pace: Pace | null;
  /** Theoretical arrival time: when its bucket is full again. Paced time. */
  tatMs: number;
  /** When the last booked message leaves. */
  lastMs: number;
  /** Tokens of processes, by process. */
  holdings: Holdings;
}

const intervalMs = ({ limit }: SenderLine) => 1_000 / limit.ratePerSecond;

/** A line with a full bucket, or an empty one where a cooldown is on or has just ended. */
export function newSenderLine(limit: SenderLimit, pace: Pace | null): SenderLine {
  const tatMs = pace ? pace.cooldownUntilMs + (limit.burst * 1_000) / limit.ratePerSecond : 0;
  return { limit, pace, tatMs, lastMs: 0, holdings: {} };
}

/** What a message of this cost takes: one above the burst counts as the burst. */
export function costInLine({ limit }: SenderLine, cost: number): number {
  return Math.min(cost, limit.burst);
}

/** The first moment from `nowMs` on at which the sender may send a message of this cost. */
export function earliestMs(line: SenderLine, cost: number, nowMs: number): number {
  const now = pacedMs(line.pace, nowMs);
  const paced = Math.max(line.tatMs, now) + missing(line, cost) * intervalMs(line);
  return Math.max(nowMs, line.lastMs, paced <= now ? nowMs : clockMs(line.pace, paced));
}

/** Tokens that a message of this cost needs and a full bucket lacks beside what is held; below 0 where some are left. */
function missing({ limit, holdings }: SenderLine, cost: number): number {
  return Math.min(cost, limit.burst) - Math.max(0, limit.burst - tokensHeld(holdings));
}

/** False where so much is held that a message of this cost would leave beside more than the burst allows. */
export function hasRoomFor(line: SenderLine, cost: number): boolean {
  return tokensHeld(line.holdings) + costInLine(line, cost) - 1 <= line.limit.burst;
}

/** Books a message at a moment not before its earliest. */
export function bookInLine(line: SenderLine, cost: number, atMs: number): void {
  line.lastMs = atMs;
  // What was missing has come since the bucket was as full as it may be.
  const waitedMs = Math.max(0, missing(line, cost)) * intervalMs(line);
  line.tatMs = Math.max(line.tatMs, pacedMs(line.pace, atMs) - waitedMs) + costInLine(line, cost) * intervalMs(line);
}

/** Used tokens come back into the burst and are paid for in time, as if all were used at `atMs`. */
export function settleLine(line: SenderLine, holder: string, used: number, atMs: number): void {
  const tokens = release(line.holdings, holder, used);
  if (tokens > 0) line.tatMs = Math.max(line.tatMs, pacedMs(line.pace, atMs)) + tokens * intervalMs(line);
}

export function settleExpiredInLine(line: SenderLine, nowMs: number): void {
  for (const [holder, { tokens, expiresAtMs }] of Object.entries(line.holdings)) {
    if (expiresAtMs <= nowMs) settleLine(line, holder, tokens, expiresAtMs);
  }
}

/** Goes on under a new limit: what is owed stays owed in tokens, and old tokens are void. */
export function relimitLine(line: SenderLine, limit: SenderLimit, pace: Pace | null, nowMs: number): SenderLine {
  const fresh = newSenderLine(limit, pace);
  const cooled = pace !== null && limit.cooldownUntilMs !== line.limit.cooldownUntilMs;
  if (cooled) return fresh;
  const debt = Math.max(0, line.tatMs - pacedMs(line.pace, nowMs)) / intervalMs(line) + tokensHeld(line.holdings);
  return { ...fresh, tatMs: pacedMs(pace, nowMs) + (Math.min(debt, limit.burst) * 1_000) / limit.ratePerSecond };
}

/** True where forgetting the line would give nobody a token too many. */
export function lineIsFull(line: SenderLine, nowMs: number): boolean {
  return tokensHeld(line.holdings) === 0 && line.lastMs <= nowMs && line.tatMs <= pacedMs(line.pace, nowMs);
}

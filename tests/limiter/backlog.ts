import { reserveBatchMax } from '../../domain/limits.js';
import type { RateLimits, ReserveRequest, Want } from '../../domain/rateLimit.js';
import { newRateLimiterState } from '../../domain/rateLimiterState.js';
import { refusalOf, reserve } from '../../domain/reserve.js';
import { WaitingLine } from '../../limiter/waitingLine.js';

/** One bulk message of the backlog. */
interface Waiting {
  asked: { times: number; waitedMs: number };
  process: number;
}

export interface BacklogResult {
  /** How often each message of the backlog asked, and when it left, milliseconds from the start. */
  asks: number[];
  leftAtMs: number[];
  /** How long each high message waited for its slot. */
  highWaitsMs: number[];
  /** Questions to the limiter, and those of them that were refused whole. */
  questions: number;
  refused: number;
}

const stepMs = 50;

/**
 * A backlog of bulk in its processes, on the real calendar and the real lines, without Temporal and its clock: all ask at
 * once, and whoever is told to come later does, up to 300 ms late. Beside it other lanes send `othersPerSecond` each.
 */
export function workOff(
  limits: RateLimits,
  size: number,
  { processes = 1, othersPerSecond = 0, draw }: { processes?: number; othersPerSecond?: number; draw: () => number },
): BacklogResult {
  const startMs = 1_700_000_000_000;
  const state = newRateLimiterState(limits, startMs);
  const lines = Array.from({ length: processes }, () => new WaitingLine());
  const spanMs = (1_000 / limits.ratePerSecond) * processes;
  const due = new Map<number, Waiting[]>();
  const result: BacklogResult = { asks: [], leftAtMs: [], highWaitsMs: [], questions: 0, refused: 0 };
  const comeBack = (message: Waiting, nowMs: number, waitMs: number): void => {
    message.asked = { times: message.asked.times + 1, waitedMs: message.asked.waitedMs + waitMs };
    const step = Math.ceil((nowMs + waitMs + draw() * 300) / stepMs);
    due.set(step, [...(due.get(step) ?? []), message]);
  };
  const question = (process: number, wants: Want[], nowMs: number) => {
    const holder = `process ${process}`;
    // Held tokens are used at once.
    const request: ReserveRequest = {
      holder,
      wants,
      leaseUnused: 0,
      nowUnused: 0,
      sendersUnused: {},
      lastUseAgoMs: 0,
      wantsLease: false,
      limits,
    };
    result.questions += 1;
    const refusal = refusalOf(state, request, startMs + nowMs);
    if (refusal) result.refused += 1;
    return refusal ?? reserve(state, request, startMs + nowMs);
  };

  let others = 0;
  due.set(
    0,
    Array.from({ length: size }, (_, index) => ({ asked: { times: 0, waitedMs: 0 }, process: index % processes })),
  );
  for (let step = 0; result.leftAtMs.length < size; step += 1) {
    const nowMs = step * stepMs;
    others += (othersPerSecond * stepMs) / 1_000;
    for (; others >= 1; others -= 1) {
      const { turns } = question(
        0,
        [
          { lane: 'high', cost: 1, earlierAsks: 0 },
          { lane: 'normal', cost: 1, earlierAsks: 0 },
        ],
        nowMs,
      );
      result.highWaitsMs.push(turns[0]?.waitMs ?? Number.POSITIVE_INFINITY);
    }
    const arrived = due.get(step) ?? [];
    due.delete(step);
    lines.forEach((line, process) => {
      let own = arrived.filter((message) => message.process === process);
      while (own.length > 0) {
        const asking = own.slice(0, reserveBatchMax).filter((message) => {
          if (message.asked.times > 0 || !line.isFull(nowMs)) return true;
          comeBack(message, nowMs, line.join(nowMs, 0, spanMs));
          return false;
        });
        own = own.slice(reserveBatchMax);
        if (asking.length === 0) continue;
        const wants = asking.map(({ asked }): Want => ({ lane: 'bulk', cost: 1, earlierAsks: asked.times }));
        question(process, wants, nowMs).turns.forEach(({ booked, waitMs }, index) => {
          const message = asking[index] as Waiting;
          if (booked) {
            line.advance(nowMs, spanMs);
            result.asks.push(message.asked.times + 1);
            result.leftAtMs.push(nowMs + waitMs);
          } else if (message.asked.times > 0) comeBack(message, nowMs, line.again(message.asked, nowMs, waitMs, draw));
          else comeBack(message, nowMs, line.join(nowMs, waitMs, spanMs));
        });
      }
    });
  }
  return result;
}

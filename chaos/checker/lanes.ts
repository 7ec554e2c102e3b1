import { groupBy } from '../groupBy.js';
import type { Finding } from '../history.js';
import type { Joined, Life } from './joined.js';

/** While a token is free high waits no longer than this for bulk, milliseconds. */
const highWaitMs = 1_000;
/** Bulk messages that had begun before may come in between, by clocks and processes. */
const bulkSlack = 4;
/** A fault that disturbs sends does so for this long after its heal, milliseconds: what it threw back waits for a try of its own. */
const settleMs = 5_000;

/** A high message that was ready, and had bulk of its workspace beside it, while nothing was disturbed. */
interface Rival {
  life: Life;
  waitedMs: number;
  /** Bulk messages that left while it waited longer than it should, and how many may. */
  overtaken: number;
  fair: number;
}

/** I7: high does not wait behind bulk. By order, not by time: how many bulk messages left while a high one was ready. */
export function checkLanes(joined: Joined): Finding[] {
  return highBesideBulk(joined).flatMap(({ life, waitedMs, overtaken, fair }): Finding[] => {
    if (overtaken <= fair) return [];
    const what = `message ${life.submission.n}, high, waited ${waitedMs} ms while ${overtaken} bulk messages left`;
    return [{ invariant: 'I7', what }];
  });
}

export function highBesideBulk(joined: Joined): Rival[] {
  const disturbed = joined.of('round').filter(({ keepsOrder }) => !keepsOrder);
  const isCalm = (fromMs: number, untilMs: number) =>
    disturbed.every(({ injectedAtMs, healedAtMs }) => untilMs < injectedAtMs || fromMs > healedAtMs + settleMs);
  const bulk = groupBy(
    joined.lives.filter(({ submission, acknowledged, ledger }) => submission.lane === 'bulk' && acknowledged && ledger.length > 0),
    ({ submission }) => submission.workspace,
  );
  return joined.lives.flatMap((life): Rival[] => {
    const { submission, acknowledged, ledger } = life;
    const leftAtMs = ledger[0]?.requestReceivedAtMs;
    if (submission.lane !== 'high' || !acknowledged || leftAtMs === undefined) return [];
    const readyAtMs = acknowledged.atMs;
    if (!isCalm(readyAtMs, leftAtMs)) return [];
    const rivals = (bulk.get(submission.workspace) ?? []).map((other) => ({
      readyAtMs: other.acknowledged?.atMs ?? 0,
      leftAtMs: other.ledger[0]?.requestReceivedAtMs ?? 0,
    }));
    if (!rivals.some((other) => other.readyAtMs < leftAtMs && other.leftAtMs > readyAtMs)) return [];
    const waitedMs = leftAtMs - readyAtMs;
    const lateMs = Math.max(0, waitedMs - highWaitMs);
    const overtaken = rivals.filter((other) => other.leftAtMs > readyAtMs + highWaitMs && other.leftAtMs < leftAtMs).length;
    return [{ life, waitedMs, overtaken, fair: bulkSlack + ((joined.workspace(life)?.ratePerSecond ?? 0) * lateMs) / 2_000 }];
  });
}

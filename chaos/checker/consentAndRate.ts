import type { Finding, LedgerLine } from '../history.js';
import type { Joined } from './joined.js';

/** What had its attempt's row before the STOP may still leave, milliseconds. */
const afterStopMs = 1_000;
/** A right to send may be used this late, milliseconds: the window between an attempt's row and its first byte. */
const lateMs = 500;
const windowsMs = [1_000, 60_000];
/** I5: nothing after STOP, and nothing above the limits. */
export function checkConsentAndRate(joined: Joined): Finding[] {
  return [...afterStop(joined), ...aboveLimits(joined)];
}

function afterStop(joined: Joined): Finding[] {
  const { workspaces, ledger } = joined.history;
  return joined.stops.flatMap(({ workspace, from, atMs }) => {
    const late = ledger.filter(
      ({ accountSid, to, requestReceivedAtMs }) =>
        accountSid === workspaces[workspace]?.accountSid && to === from && requestReceivedAtMs > atMs + afterStopMs,
    );
    return late.map(
      ({ sid, requestReceivedAtMs }): Finding => ({
        invariant: 'I5',
        what: `${sid} was sent ${requestReceivedAtMs - atMs} ms after its recipient had written STOP to workspace ${workspace}`,
      }),
    );
  });
}

function aboveLimits({ history }: Joined): Finding[] {
  return history.workspaces.flatMap(({ accountSid, ratePerSecond, burst }, workspace) => {
    const times = timesOf(history.ledger.filter((line) => line.accountSid === accountSid));
    return windowsMs.flatMap((windowMs): Finding[] => {
      const most = mostWithin(times, windowMs);
      const allowed = Math.floor(burst + (ratePerSecond * (windowMs + lateMs)) / 1_000) + 1;
      if (most <= allowed) return [];
      return [
        { invariant: 'I5', what: `workspace ${workspace} sent ${most} messages within ${windowMs / 1_000} s, ${allowed} are allowed` },
      ];
    });
  });
}

const timesOf = (lines: readonly LedgerLine[]) => lines.map(({ requestReceivedAtMs }) => requestReceivedAtMs).sort((a, b) => a - b);

/** The most times that lie in any window of this length. */
export function mostWithin(sortedMs: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [place, timeMs] of sortedMs.entries()) {
    while ((sortedMs[first] as number) <= timeMs - windowMs) first += 1;
    most = Math.max(most, place - first + 1);
  }
  return most;
}

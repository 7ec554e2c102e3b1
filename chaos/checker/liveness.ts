import type { Finding } from '../history.js';
import { isUnfinished } from './counts.js';
import type { Joined } from './joined.js';

/** After the last heal the oldest open message may get older for so long, milliseconds. */
const mayGrowMs = 60_000;

/** I11: once all is healed the work gets done. */
export function checkLiveness(joined: Joined): Finding[] {
  const { open, healedAtMs } = joined.history;
  const findings: Finding[] = [];
  const growing = open.filter(({ atMs }) => atMs > healedAtMs + mayGrowMs);
  const [first, end] = [growing[0], growing.at(-1)];
  // A message that only waits for its receipt grows older until the poll has asked for it.
  if (first && end && end.count > 0 && end.count >= first.count && end.oldestAgeMs > first.oldestAgeMs && growing.length > 1)
    findings.push({
      invariant: 'I11',
      what: `${end.count} messages are open ${Math.round((end.atMs - healedAtMs) / 1_000)} s after the last heal, and the oldest gets older`,
    });
  for (const life of joined.lives.filter(isUnfinished))
    findings.push({ invariant: 'I11', what: `message ${life.submission.n} (${life.acknowledged?.id}) is still ${life.shown?.status}` });
  return findings;
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { History, SendSeen, Struck } from './history.js';

const suffix = '.sends';

type Line = { pid: number; atMs: number } & ({ begun: number; text: string } | { ended: number } | { killedAt: string });

/** What faultPoints.cjs wrote down beside the points: a file for each process of the launcher, which may have been started more than once. */
export function sendsSeen(directory: string): Pick<History, 'sends' | 'killedThemselves'> {
  const files = readdirSync(directory).filter((file) => file.endsWith(suffix));
  const found: Pick<History, 'sends' | 'killedThemselves'> = { sends: [], killedThemselves: [] };
  for (const file of files) {
    const name = file.slice(0, -suffix.length);
    const lines = readFileSync(path.join(directory, file), 'utf8').split('\n').filter(Boolean);
    const parsed = lines.map((line) => JSON.parse(line) as Line);
    found.sends.push(...sendsOf(name, parsed));
    for (const line of parsed)
      if ('killedAt' in line) found.killedThemselves.push({ process: name, what: line.killedAt, atMs: line.atMs } satisfies Struck);
  }
  return found;
}

function sendsOf(process: string, lines: readonly Line[]): SendSeen[] {
  const sends = new Map<string, SendSeen>();
  for (const line of lines) {
    if ('begun' in line) sends.set(`${line.pid} ${line.begun}`, { process, text: line.text, begunAtMs: line.atMs, endedAtMs: null });
    const send = 'ended' in line ? sends.get(`${line.pid} ${line.ended}`) : undefined;
    if (send) send.endedAtMs = line.atMs;
  }
  return [...sends.values()];
}

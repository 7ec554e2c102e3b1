import { readFileSync } from 'node:fs';
import { identityOf, isRunning } from './processIdentity.js';

const lookEveryMs = 500;

/**
 * Calls back when the npm that started this program is gone. Who ends npm by its pid (SIGTERM, SIGKILL) ends npm and
 * perhaps the shell in between, but not what runs in it. Started otherwise, and elsewhere than on Linux where the shell
 * stays, nothing is watched.
 */
export function whenNpmIsGone(act: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const pids = [process.ppid, ...npmBehindShell(process.ppid)];
  const watched = pids.flatMap((pid) => identityOf(pid) ?? []);
  const timer = setInterval(() => {
    if (process.ppid === pids[0] && watched.every(isRunning)) return;
    clearInterval(timer);
    act();
  }, lookEveryMs);
  timer.unref();
}

/** npm runs a script by `sh -c`; some shells stay in between, others become the program. */
function npmBehindShell(pid: number): number[] {
  try {
    const [command, flag] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (!/(^|\/)\w*sh$/.test(command ?? '') || flag !== '-c') return [];
    return [Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])];
  } catch {
    return [];
  }
}

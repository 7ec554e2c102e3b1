import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { firstOnPath } from '../../local/cachedPrograms.js';
import type { Heal } from './fault.js';

let why: string | undefined | null = null;

/** Why system calls of other processes can't be made to fail here; undefined where they can. Looked at once. */
export function whyNoTracing(): string | undefined {
  if (why !== null) return why;
  const strace = firstOnPath('strace');
  if (!strace) why = 'there is no strace on this machine';
  else {
    const { status } = spawnSync(strace, ['-f', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO', 'true'], { stdio: 'ignore' });
    why = status === 0 ? undefined : 'strace may not trace here (ptrace is refused)';
  }
  return why;
}

/** Makes these system calls, of these processes and of their children to come, fail as strace's `inject=` says; the answer ends it, and tells how many failed. */
export function inSystemCalls(pids: readonly number[], calls: string, how: string): Heal {
  const words = ['-f', '-q', '-e', `trace=${calls}`, '-e', `inject=${calls}:${how}`, ...pids.flatMap((pid) => ['-p', String(pid)])];
  const strace = spawn('strace', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let injected = 0;
  strace.on('error', () => undefined);
  strace.stderr.setEncoding('latin1').on('data', (text: string) => (injected += text.split('(INJECTED)').length - 1));
  return async () => {
    if (strace.pid !== undefined && strace.exitCode === null && strace.signalCode === null) {
      strace.kill('SIGINT');
      await once(strace, 'exit');
    }
    return injected;
  };
}

/**
 * Runs one service (Postgres, Temporal) for the launcher, in a process group of its own, so that Ctrl-C reaches the
 * launcher alone. Ends the service when the launcher says so, or is gone, by whatever way: nothing is left running.
 */
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { writeIdentity } from './processIdentity.js';

export interface GuardedService {
  command: string;
  args: string[];
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
  logFile: string;
  pidFile: string;
  /** A service that has not ended this long after SIGINT is killed, milliseconds. */
  stopWithinMs: number;
}

export type FromGuardian =
  | { event: 'started'; pid: number }
  | { event: 'failed'; error: string }
  | { event: 'exited'; code: number | null; signal: string | null };

function guard(service: GuardedService): void {
  const log = openSync(service.logFile, 'a');
  const child = spawn(service.command, service.args, {
    cwd: '/',
    env: { ...process.env, ...service.env },
    stdio: ['ignore', log, log],
    ...(service.uid !== undefined && { uid: service.uid, gid: service.gid }),
  });
  const tell = (message: FromGuardian) => {
    if (process.connected) process.send?.(message);
  };
  child.once('error', (error) => {
    tell({ event: 'failed', error: error.message });
    process.exit(1);
  });
  child.once('spawn', () => {
    writeIdentity(service.pidFile, child.pid as number);
    tell({ event: 'started', pid: child.pid as number });
  });
  child.once('exit', (code, signal) => {
    tell({ event: 'exited', code, signal });
    process.exit(0);
  });

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), service.stopWithinMs);
  };
  process.on('message', stop);
  process.on('disconnect', stop);
  process.on('SIGTERM', stop);
  process.on('SIGINT', () => undefined);
}

if (require.main === module) guard(JSON.parse(process.argv[2] ?? '{}') as GuardedService);

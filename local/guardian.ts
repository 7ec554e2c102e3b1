/**
 * Runs one service (Postgres, Temporal) for the launcher, in a process group of its own, so that Ctrl-C reaches the
 * launcher alone. Starts the service again when it dies after it was ready, and ends it when the launcher says so, or
 * is gone, by whatever way: nothing is left running.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { watchForIncurable } from './incurable.js';
import { clearPostmaster } from './postmaster.js';
import { writeIdentity } from './processIdentity.js';

export interface GuardedService {
  command: string;
  args: string[];
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
  /** Working folder; the root folder by default. */
  cwd?: string;
  logFile: string;
  pidFile: string;
  /** A service that has not ended this long after SIGINT is killed, milliseconds. */
  stopWithinMs: number;
  /** What its log says again and again where it lives and will not recover: it is ended then, and started again. */
  incurable?: string;
  /** Of Postgres alone: its data folder, which is cleared of a dead one's remains before each start. */
  postgresData?: string;
}

export type FromGuardian =
  | { event: 'started'; pid: number }
  /** It died and is started again after the pause. */
  | { event: 'died'; how: string; pauseMs: number }
  /** The guardian has ended with it. */
  | { event: 'ended'; how: string };

/** `ready`: from now on a service that dies is started again. `kill`: end it at once and leave it so. */
export type ToGuardian = 'ready' | 'kill';

const pauseFirstMs = 200;
const pauseMaxMs = 5_000;
/** A service that lived this long has recovered: the next restart is quick again. */
const healthyAfterMs = 30_000;

function guard(service: GuardedService): void {
  let child: ChildProcess | undefined;
  let keep = false;
  let stopping = false;
  let pauseMs = pauseFirstMs;
  const tell = (message: FromGuardian) => {
    if (process.connected) process.send?.(message);
  };
  const leave = (how: string) => {
    tell({ event: 'ended', how });
    process.exit(0);
  };

  const launch = async (): Promise<void> => {
    if (service.postgresData) await clearPostmaster(service.postgresData);
    if (stopping) return leave('stopped');
    const startedAt = Date.now();
    const log = openSync(service.logFile, 'a');
    const launched = spawn(service.command, service.args, {
      cwd: service.cwd ?? '/',
      env: { ...process.env, ...service.env },
      stdio: ['ignore', log, log],
      ...(service.uid !== undefined && { uid: service.uid, gid: service.gid }),
    });
    closeSync(log);
    child = launched;
    launched.once('error', (error) => {
      if (launched.pid === undefined) leave(error.message);
    });
    launched.once('spawn', () => {
      writeIdentity(service.pidFile, launched.pid as number);
      tell({ event: 'started', pid: launched.pid as number });
    });
    let sick: string | undefined;
    const { incurable } = service;
    const endWatch =
      incurable &&
      watchForIncurable(service.logFile, incurable, () => {
        sick = `ended: its log said “${incurable}” again and again`;
        launched.kill('SIGKILL');
      });
    launched.once('exit', (code, signal) => {
      if (endWatch && !sick) endWatch();
      const how = sick ?? (signal ? `killed by ${signal}` : `ended with code ${code}`);
      if (stopping || !keep) return leave(how);
      if (Date.now() - startedAt > healthyAfterMs) pauseMs = pauseFirstMs;
      tell({ event: 'died', how, pauseMs });
      setTimeout(() => void launch(), pauseMs);
      pauseMs = Math.min(pauseMaxMs, pauseMs * 2);
    });
  };

  const stop = (signal: NodeJS.Signals) => {
    stopping = true;
    // Between two lives there is nothing to wait for.
    if (!child || child.exitCode !== null || child.signalCode !== null) return leave('stopped');
    child.kill(signal);
    setTimeout(() => child?.kill('SIGKILL'), service.stopWithinMs);
  };
  process.on('message', (message: ToGuardian) => {
    if (message === 'ready') keep = true;
    else if (!stopping) stop('SIGKILL');
  });
  process.on('disconnect', () => !stopping && stop('SIGINT'));
  process.on('SIGTERM', () => !stopping && stop('SIGINT'));
  process.on('SIGINT', () => undefined);
  void launch();
}

if (require.main === module) guard(JSON.parse(process.argv[2] ?? '{}') as GuardedService);

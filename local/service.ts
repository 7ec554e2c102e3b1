import { fork } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FromGuardian, GuardedService } from './guardian.js';
import { endFrom, runningFrom } from './processIdentity.js';

export interface RunningService {
  pid: number;
  /** An orphan of an earlier run was found and ended first. */
  endedOrphan: boolean;
  /** Asks the service to end and waits until it has. */
  stop(): Promise<void>;
}

export interface ServiceOptions extends GuardedService {
  name: string;
  /** Resolves true once the service can be used; asked again and again until then. */
  isReady(): Promise<boolean>;
  readyWithinMs: number;
}

const probeEveryMs = 25;
const logTailLength = 2_000;

/** The guardian as compiled: it is started as a program of its own. */
const guardianFile = [path.join(__dirname, 'guardian.js'), path.join(__dirname, '../dist/local/guardian.js')].find((file) =>
  existsSync(file),
);

/** Starts a service under a guardian and waits until it is ready. Rejects with the end of its log where it fails. */
export async function startService({ name, isReady, readyWithinMs, ...service }: ServiceOptions): Promise<RunningService> {
  if (!guardianFile) throw new Error('the compiled guardian is missing: run npm run build');
  const endedOrphan = await endFrom(service.pidFile);
  rmSync(service.logFile, { force: true });
  const guardian = fork(guardianFile, [JSON.stringify(service)], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  let exited: string | undefined;
  const gone = new Promise<void>((resolve) => guardian.once('exit', () => resolve()));
  const pid = await new Promise<number>((resolve, reject) => {
    guardian.on('message', (message: FromGuardian) => {
      if (message.event === 'started') resolve(message.pid);
      else exited = message.event === 'failed' ? message.error : `it ended with ${message.signal ?? `code ${message.code}`}`;
      if (exited !== undefined) reject(new Error(`${name} could not be started: ${exited}`));
    });
    guardian.once('exit', () => reject(new Error(`${name} could not be started: its guardian ended`)));
  });
  // A guardian must not keep a launcher alive that wants to end.
  guardian.unref();
  guardian.channel?.unref();

  const stop = async (): Promise<void> => {
    guardian.ref();
    if (guardian.connected) guardian.disconnect();
    await gone;
    rmSync(service.pidFile, { force: true });
  };
  const startedAt = Date.now();
  while (!(await isReady())) {
    const late = Date.now() - startedAt > readyWithinMs;
    if (exited !== undefined || late) {
      await stop();
      throw new Error(`${name} did not get ready: ${exited ?? `no answer within ${readyWithinMs / 1_000} s`}\n${tailOf(service.logFile)}`);
    }
    await delay(probeEveryMs);
  }
  return { pid: runningFrom(service.pidFile)?.pid ?? pid, endedOrphan, stop };
}

function tailOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-logTailLength) : '';
}

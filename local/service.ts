import { fork } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FromGuardian, GuardedService, ToGuardian } from './guardian.js';
import { LockedError, takeLock } from './lock.js';
import { rotateLog, tailOf } from './logFile.js';
import { endFrom } from './processIdentity.js';

export interface RunningService {
  /** Of the service itself; another one after a restart. */
  readonly pid: number;
  /** An orphan of an earlier run was found and ended first. */
  endedOrphan: boolean;
  /** Asks the service to end and waits until it has. */
  stop: () => Promise<void>;
  /** Ends it as a power failure would, and leaves it so. */
  kill: () => Promise<void>;
}

export interface ServiceOptions extends Omit<GuardedService, 'args' | 'cwd'> {
  name: string;
  /** What the service works on; only one launcher at a time may have it. */
  place: string;
  /** Runs once the place is ours and what an earlier run left there has ended; answers how to start. */
  prepare: () => Promise<Pick<GuardedService, 'args' | 'cwd'>>;
  /** Resolves true once the service can be used; asked again and again until then. */
  isReady: () => Promise<boolean>;
  readyWithinMs: number;
  /** Hears of a service that died and is started again. */
  say?: ((text: string) => void) | undefined;
}

const probeEveryMs = 25;

/** The guardian as compiled: it is started as a program of its own. */
const guardianFile = [path.join(__dirname, 'guardian.js'), path.join(__dirname, '../dist/local/guardian.js')].find((file) =>
  existsSync(file),
);

/** Starts a service under a guardian and waits until it is ready. Rejects with the end of its log where it fails. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const release = lockPlace(options.name, options.place);
  try {
    return await launch(options, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function launch(
  { name, prepare, isReady, readyWithinMs, say, ...about }: ServiceOptions,
  release: () => void,
): Promise<RunningService> {
  if (!guardianFile) throw new Error('the compiled guardian is missing: run npm run build');
  const endedOrphan = await endFrom(about.pidFile);
  const service: GuardedService = { ...about, ...(await prepare()) };
  rotateLog(service.logFile);
  const guardian = fork(guardianFile, [JSON.stringify(service)], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let pid: number | undefined;
  let ended: string | undefined;
  guardian.on('message', (message: FromGuardian) => {
    if (message.event === 'started') pid = message.pid;
    else if (message.event === 'ended') ended = message.how;
    else say?.(`${name} was ${message.how}: starting it again`);
  });
  const gone = new Promise<void>((resolve) => {
    guardian.once('exit', () => {
      ended ??= 'its guardian was killed';
      release();
      resolve();
    });
  });

  const leave = async (message?: ToGuardian): Promise<void> => {
    guardian.ref();
    if (guardian.connected) {
      if (message) guardian.send(message, () => undefined);
      else guardian.disconnect();
    }
    await gone;
    // Nothing, unless the guardian was killed.
    await endFrom(service.pidFile);
  };
  const startedAt = Date.now();
  // Asked in this order: whoever answers after ours has ended is somebody else.
  while (!(await isReady()) || ended !== undefined || pid === undefined) {
    if (ended !== undefined || Date.now() - startedAt > readyWithinMs) {
      const problem = ended ?? `no answer within ${readyWithinMs / 1_000} s`;
      await leave();
      throw new Error(`${name} did not get ready: ${problem}\n${tailOf(service.logFile)}`);
    }
    await delay(probeEveryMs);
  }
  guardian.send('ready' satisfies ToGuardian);
  // A guardian must not keep a launcher alive that wants to end.
  guardian.unref();
  guardian.channel?.unref();
  return {
    get pid() {
      return pid as number;
    },
    endedOrphan,
    stop: () => leave(),
    kill: () => leave('kill'),
  };
}

function lockPlace(name: string, place: string): () => void {
  mkdirSync(path.dirname(place), { recursive: true, mode: 0o755 });
  try {
    return takeLock(`${place}.lock`);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new Error(`${name} already runs on ${place}, for pid ${error.pid}: stop that one, or use another folder`, { cause: error });
  }
}

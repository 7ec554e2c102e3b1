import os from 'node:os';
import path from 'node:path';
import { LockedError, takeLock } from '../local/lock.js';

/** Two measurements at once would each measure the other: throws where one runs on this machine. The lock goes with the process. */
export function onlyBench(file = path.join(os.tmpdir(), 'postrider-bench.lock')): void {
  try {
    takeLock(file);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new Error(`another bench runs on this machine (pid ${error.pid}): wait until it has ended, two at once measure each other`, {
      cause: error,
    });
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { lockPauseMaxMs, lockTriesMax } from '../domain/limits.js';

const lockNotAvailable = '55P03';

/** Whether Postgres gave up because somebody else held a lock for longer than `lock_timeout`. */
export function isLocked(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === lockNotAvailable;
}

/**
 * Runs work that waits for its locks only a moment (`lock_timeout`), again and again until it has them: whoever waits long for
 * a strong lock makes everybody behind it wait too, even those whom the holder does not disturb. Between two tries it waits up
 * to half a second. `onLocked` hears of each try in vain, from 1. Rejects with the last error.
 */
export async function retryWhileLocked<T>(work: () => Promise<T>, onLocked: (tries: number) => void): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error)) throw error;
      onLocked(tries);
      if (tries >= lockTriesMax) throw error;
      await delay(lockPauseMaxMs * (0.2 + 0.8 * Math.random()));
    }
  }
}

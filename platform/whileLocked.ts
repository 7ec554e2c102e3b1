import { setTimeout as delay } from 'node:timers/promises';
import { lockPauseMaxMs, lockTriesMax } from '../domain/limits.js';

/** `lock_not_available` and `deadlock_detected`. */
const lockCodes: unknown[] = ['55P03', '40P01'];

/**
 * Whether Postgres gave up because somebody else held a lock for longer than `lock_timeout`, or because two waited for each
 * other: of two that do, the one that waits for a strong lock is often the one to go.
 */
export function isLocked(error: unknown): boolean {
  return lockCodes.includes((error as { code?: unknown } | null)?.code);
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

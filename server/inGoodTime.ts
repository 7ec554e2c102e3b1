import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../domain/errors.js';
import { keyReadPatienceMs } from '../domain/limits.js';
import type { Services } from './services.js';

/**
 * What the database says, if it says so in good time; else undefined: accepting goes on without what can do without. A Problem
 * passes.
 */
export async function inGoodTime<T>(
  { logger }: Pick<Services, 'logger'>,
  what: 'key' | 'last_sender',
  read: () => Promise<T>,
): Promise<T | undefined> {
  const late = delay(keyReadPatienceMs, undefined, { ref: false });
  try {
    return await Promise.race([read(), late]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    logger.warn({ event: `message.${what}_not_read`, error: String(error) });
    return undefined;
  }
}

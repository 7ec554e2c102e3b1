import { keysCheckEveryMs } from '../domain/privacyLimits.js';
import { ConfigError } from '../platform/config.js';
import type { Logger } from '../platform/logger.js';
import { type CheckedKeys, checkKeys } from '../storage/checkKeys.js';

export interface KeysCheck {
  /** Rejects with ConfigError where it turns out later that the keys do not fit; else never settles. */
  failed: Promise<never>;
  close(): void;
}

/**
 * Looks whether the keys fit before anything is done by them. Throws ConfigError where they don't. While a database is away
 * nothing can be written by wrong keys either, so the process starts, and it is looked again until one answers.
 */
export async function checkKeysAtStart(keys: CheckedKeys, logger: Logger): Promise<KeysCheck> {
  let timer: NodeJS.Timeout | undefined;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const look = async (): Promise<void> => {
    try {
      await checkKeys(keys);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      logger.warn({ event: 'keys.not_checked', error: String(error) });
      timer = setTimeout(() => void look().catch(fail), keysCheckEveryMs);
    }
  };
  await look();
  return { failed, close: () => clearTimeout(timer) };
}

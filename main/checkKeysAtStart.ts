import { keysCheckEveryMs } from '../domain/privacyLimits.js';
import type { Logger } from '../platform/logger.js';
import { type StandingQuestion, untilAnswered } from '../platform/untilAnswered.js';
import { type CheckedKeys, checkKeys } from '../storage/checkKeys.js';

/**
 * Looks whether the keys fit before anything is done by them. Throws ConfigError where they don't. While a database is away
 * nothing can be written by wrong keys either, so the process starts, and it is looked again until one answers.
 */
export function checkKeysAtStart(keys: CheckedKeys, logger: Logger): Promise<StandingQuestion> {
  return untilAnswered(
    () => checkKeys(keys),
    keysCheckEveryMs,
    (error) => logger.warn({ event: 'keys.not_checked', error: String(error) }),
  );
}

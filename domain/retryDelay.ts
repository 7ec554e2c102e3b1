import type { Backoff } from './errorCatalogue.js';
import { limiterRetryMaxMs, limiterRetryMs } from './limits.js';

/** The longest wait before the try that follows try number `attempt` (from 1), milliseconds. */
export function retryDelayCapMs({ initialMs, coefficient, maxMs }: Backoff, attempt: number): number {
  return Math.min(maxMs, initialMs * coefficient ** (Math.max(1, attempt) - 1));
}

/**
 * The wait before the try that follows try number `attempt`: drawn from the whole range up to the cap (full jitter), so
 * that messages which failed together do not come back together. Whole milliseconds, at least 1.
 *
 * @param random a number from 0 up to 1, of Math.random
 */
export function retryDelayMs(backoff: Backoff, attempt: number, random: number): number {
  return Math.min(Math.floor(random * retryDelayCapMs(backoff, attempt)) + 1, retryDelayCapMs(backoff, attempt));
}

/**
 * The wait before the next question to a limiter that has left so many in a row unanswered (from 1): between half and the
 * whole of its cap, so that nobody comes back at once. Whole milliseconds.
 *
 * @param random a number from 0 up to 1, of Math.random
 */
export function limiterRetryDelayMs(unanswered: number, random: number): number {
  const capMs = Math.min(limiterRetryMaxMs, limiterRetryMs * 2 ** (unanswered - 1));
  return Math.ceil(((1 + random) * capMs) / 2);
}

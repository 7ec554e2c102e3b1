import { healthFloor, healthRecoveryPerS, healthStepDown, healthStepUp } from './limits.js';

/** How well a provider serves a workspace: 1 at its best. */
export interface Health {
  value: number;
  /** When it was last changed, epoch milliseconds. */
  atMs: number;
}

/** What came of a provider's messages in a while: taken or delivered, or failed by its own fault. */
export interface HealthSample {
  successes: number;
  failures: number;
}

/** Its value now: what nobody sends to comes back with time alone. Nothing known is the best. */
export function healthAt(health: Health | undefined, nowMs: number): number {
  if (!health) return 1;
  return Math.min(1, health.value + (Math.max(0, nowMs - health.atMs) / 1_000) * healthRecoveryPerS);
}

/**
 * A small step down for each failure, a tenth of it up for each success. So errors below one in eleven or so change nothing
 * for long, a bad spell is left quickly and made good slowly, and shares do not swing. It never falls to 0: a few messages
 * go on to show whether it is better.
 */
export function healthAfter(health: Health | undefined, { successes, failures }: HealthSample, nowMs: number): Health {
  const value = healthAt(health, nowMs) - failures * healthStepDown + successes * healthStepUp;
  return { value: Math.min(1, Math.max(healthFloor, value)), atMs: nowMs };
}

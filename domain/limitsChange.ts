import { burstMax, cooldownMaxMs, rateMaxPerSecond } from './limits.js';
import { type CountBy, countings } from './rateLimit.js';

/** A change of a workspace's limits; what is not named stays. */
export interface LimitsChange {
  ratePerSecond?: number;
  burst?: number;
  /** How long a cooldown lasts. */
  cooldownMs?: number;
  countBy?: CountBy;
  /** Null lifts the cooldown that is on, of the workspace and of its senders; the rate is back at once. */
  cooldownUntil?: null;
}

const ranges = {
  ratePerSecond: { min: 1, max: rateMaxPerSecond },
  burst: { min: 1, max: burstMax },
  cooldownMs: { min: 0, max: cooldownMaxMs },
} as const;

/** The stable type of an error for limits that are out of range. */
export const invalidLimits = 'InvalidLimits';

/** What is wrong with a change, a sentence that names the field and what it may be; undefined where nothing is. */
export function faultOf(change: LimitsChange): string | undefined {
  for (const [field, { min, max }] of Object.entries(ranges) as [keyof typeof ranges, { min: number; max: number }][]) {
    const value = change[field];
    if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max))
      return `${field} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`;
  }
  if (change.countBy !== undefined && !countings.includes(change.countBy))
    return `countBy must be one of ${countings.join(', ')}, not ${JSON.stringify(change.countBy)}`;
  if (change.cooldownUntil !== undefined && change.cooldownUntil !== null)
    return `cooldownUntil must be null, which lifts the cooldown, not ${JSON.stringify(change.cooldownUntil)}`;
  const fields = [...Object.keys(ranges), 'countBy', 'cooldownUntil'] as (keyof LimitsChange)[];
  if (fields.every((field) => change[field] === undefined)) return `name at least one of ${fields.join(', ')}`;
  return undefined;
}

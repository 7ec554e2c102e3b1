import { burstMax, cooldownMaxMs, rateMaxPerSecond } from './limits.js';
import { type CountBy, countings } from './rateLimit.js';

/** A change of a workspace's limits; what is not named stays. */
export interface LimitsChange {
  ratePerSecond?: number;
  burst?: number;
  /** How long a cooldown lasts. */
  cooldownMs?: number;
  countBy?: CountBy;
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
  if (Object.keys(ranges).every((field) => change[field as keyof typeof ranges] === undefined) && change.countBy === undefined)
    return `name at least one of ${Object.keys(ranges).join(', ')}, countBy`;
  return undefined;
}

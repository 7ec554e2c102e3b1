import { pacedMs } from './pace.js';
import type { RateLimiterState } from './rateLimiterState.js';

/** A limiter in words, for the current details of its workflow. */
export function describeLimiter({ limits, pace, calendar, holdings, lastMs, offsetMs }: RateLimiterState): string {
  const held = Object.values(holdings).reduce((sum, { tokens }) => sum + tokens, 0);
  const unit = limits.countBy === 'segment' ? 'segments' : 'messages';
  const rate = `${limits.ratePerSecond} ${unit}/s, burst ${limits.burst}: ${calendar.tokens} free, ${held} held`;
  if (!pace) return rate;
  const time = (atMs: number) => `${new Date(atMs - offsetMs).toISOString().slice(11, 19)} UTC`;
  const endMs = pace.cooldownUntilMs + pace.rampMs;
  if (lastMs < pace.cooldownUntilMs) return `cooling down until ${time(pace.cooldownUntilMs)} after a rate error, then ramping up; ${rate}`;
  if (lastMs >= endMs) return rate;
  const percent = Math.round((pacedMs(pace, lastMs + 1) - pacedMs(pace, lastMs)) * 100);
  return `ramping up after a cooldown until ${time(endMs)}, at ${percent} % now; ${rate}`;
}

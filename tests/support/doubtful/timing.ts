import { patience } from '../eventually.js';

/** As long as a limiter that did not answer a few times is left in peace: those waits are not scaled down. */
const validityMinS = 90;

/**
 * The product's figures for a doubt, scaled down about thirty times, so that a case ends within a minute. What a case
 * does to a request or to the list is told in these. What must leave within its validity has as long as this machine needs.
 */
export const timing = {
  responseTimeoutMs: 1_500,
  holdMs: 3_000,
  looksMs: [1_000, 2_500, 5_000],
  validityMs: Math.max(validityMinS, Math.round(20 * patience)) * 1_000,
  graceMs: 2_000,
} as const;

/** The same for the product's processes. */
export const timingEnv: Record<string, string> = {
  PROVIDER_RESPONSE_TIMEOUT_MS: String(timing.responseTimeoutMs),
  PROVIDER_HOLD_S: String(timing.holdMs / 1_000),
  RECONCILE_DELAYS_S: timing.looksMs.map((ms) => ms / 1_000).join(),
  MESSAGE_VALIDITY_S: String(timing.validityMs / 1_000),
  RECEIPT_GRACE_S: String(timing.graceMs / 1_000),
};

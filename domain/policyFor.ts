import { type ErrorClass, type ErrorPolicy, errorCatalogue } from './errorCatalogue.js';
import { errorClassOf } from './errorCodes.js';
import type { ErrorPolicyOverrides } from './errorPolicyOverrides.js';

/** Tries that a class gets which a workspace lets retry without saying how often. */
const attemptsWhenAllowed = 2;

/** The decision for a code, ours or the provider's, in a workspace with these overrides. */
export function policyFor(code: string, overrides?: ErrorPolicyOverrides): ErrorPolicy & { class: ErrorClass } {
  const errorClass = errorClassOf(code);
  return { class: errorClass, ...policyOfClass(errorClass, overrides) };
}

/**
 * The decision for a class in a workspace with these overrides. Where the retry may not be overridden only `notify` is,
 * whatever is stored: an ambiguous outcome is never tried again blindly.
 */
export function policyOfClass(errorClass: ErrorClass, overrides: ErrorPolicyOverrides = {}): ErrorPolicy {
  const policy: ErrorPolicy = errorCatalogue[errorClass];
  const override = overrides[errorClass];
  if (!override) return policy;
  const notify = override.notify ?? policy.notify;
  if (!policy.mayOverrideRetry) return { ...policy, notify };
  if (!(override.retry ?? policy.retry)) return { ...policy, notify, retry: false, keepsMessage: false, attemptsMax: 1 };
  const delayMaxMs = override.delayMaxMs ?? policy.backoff.maxMs;
  return {
    ...policy,
    notify,
    retry: true,
    attemptsMax: override.attemptsMax ?? (policy.retry ? policy.attemptsMax : attemptsWhenAllowed),
    backoff: { ...policy.backoff, initialMs: Math.min(policy.backoff.initialMs, delayMaxMs), maxMs: delayMaxMs },
  };
}

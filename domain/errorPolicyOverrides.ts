import {
  type AttemptsMax,
  type Audience,
  audiences,
  type ErrorClass,
  type ErrorPolicy,
  errorCatalogue,
  errorClasses,
} from './errorCatalogue.js';
import { errorAttemptsOverrideMax, errorDelayOverrideMaxMs, errorDelayOverrideMinMs } from './limits.js';

/** What a workspace decides otherwise for one class of errors. */
export interface ErrorPolicyOverride {
  retry?: boolean;
  attemptsMax?: AttemptsMax;
  /** The longest wait before a retry, milliseconds. */
  delayMaxMs?: number;
  notify?: Audience;
}
export type ErrorPolicyOverrides = Partial<Record<ErrorClass, ErrorPolicyOverride>>;

/** What is wrong with an override: the place, and a sentence that says what to do. */
export interface OverrideFault {
  field: string;
  message: string;
}

const fields = ['retry', 'attemptsMax', 'delayMaxMs', 'notify'];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Everything that is wrong with what is meant to be ErrorPolicyOverrides; empty where it may be used as such. */
export function faultsOfOverrides(given: unknown): OverrideFault[] {
  if (!isRecord(given)) return [{ field: '(body)', message: 'must be an object of classes, e.g. {"NETWORK": {"attemptsMax": 5}}' }];
  return Object.entries(given).flatMap(([name, override]) => {
    const errorClass = errorClasses.find((known) => known === name);
    if (!errorClass) return [{ field: name, message: `is not a class of errors: use one of ${errorClasses.join(', ')}` }];
    return faultsOfOverride(errorClass, override).map(({ field, message }) => ({ field: field ? `${name}.${field}` : name, message }));
  });
}

function faultsOfOverride(errorClass: ErrorClass, given: unknown): OverrideFault[] {
  if (!isRecord(given)) return [{ field: '', message: `must be an object with any of ${fields.join(', ')}` }];
  const faults: OverrideFault[] = Object.keys(given)
    .filter((field) => !fields.includes(field))
    .map((field) => ({ field, message: `is not a known field: use any of ${fields.join(', ')}` }));
  const fault = (field: string, message: string) => faults.push({ field, message });
  const { retry, attemptsMax, delayMaxMs, notify } = given;

  if (notify !== undefined && !audiences.some((one) => one === notify)) fault('notify', `must be one of ${audiences.join(', ')}`);
  const policy: ErrorPolicy = errorCatalogue[errorClass];
  if (!policy.mayOverrideRetry) {
    for (const field of ['retry', 'attemptsMax', 'delayMaxMs'].filter((each) => given[each] !== undefined)) {
      fault(
        field,
        `may not be changed for ${errorClass}: a message could be sent twice, against the recipient's will, or be lost; only notify may`,
      );
    }
    return faults;
  }
  if (retry !== undefined && typeof retry !== 'boolean') fault('retry', 'must be true or false');
  const retries = retry ?? policy.retry;
  if (attemptsMax !== undefined) {
    if (!retries) fault('attemptsMax', `makes no sense without a retry: set retry to true for ${errorClass}, or leave it out`);
    else if (attemptsMax !== 'until validity ends' && !isWithin(attemptsMax, 2, errorAttemptsOverrideMax)) {
      fault(
        'attemptsMax',
        `must be a whole number from 2 to ${errorAttemptsOverrideMax}, or "until validity ends"; for one try set retry to false`,
      );
    }
  }
  if (delayMaxMs !== undefined) {
    if (!retries) fault('delayMaxMs', `makes no sense without a retry: set retry to true for ${errorClass}, or leave it out`);
    else if (!isWithin(delayMaxMs, errorDelayOverrideMinMs, errorDelayOverrideMaxMs)) {
      fault('delayMaxMs', `must be a whole number of milliseconds from ${errorDelayOverrideMinMs} to ${errorDelayOverrideMaxMs}`);
    }
  }
  return faults;
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

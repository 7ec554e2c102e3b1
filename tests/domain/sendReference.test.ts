import { describe, expect, test } from '@jest/globals';
import type { AttemptStatus } from '../../domain/messageStatus.js';
import { newestUnderReference, referenceAttempt } from '../../domain/sendReference.js';

/** Attempts 1, 2, 3 … with these states, at one provider unless named otherwise. */
const attempts = (...states: (AttemptStatus | `other ${AttemptStatus}`)[]) =>
  states.map((state, index) => {
    const [status, other] = state.split(' ').reverse();
    return { attempt: index + 1, status: status as AttemptStatus, provider: other ? 'other' : 'gateway' };
  });

describe('the reference of an attempt', () => {
  test.each<[string, Parameters<typeof attempts>, number]>([
    ['the first has its own', [], 1],
    ['after one that was given up in doubt it is that one', ['abandoned'], 1],
    ['after several it is the first of them', ['abandoned', 'abandoned', 'abandoned'], 1],
    ['what was not sent in between changes nothing', ['abandoned', 'notSent', 'abandoned', 'notSent'], 1],
    ['what was not sent needs no reference of its own', ['notSent'], 2],
    ['after one that failed a new one begins', ['failed'], 2],
    ['a repeat that was refused ends the row', ['abandoned', 'failed'], 3],
    ['so does one that was taken', ['abandoned', 'undelivered', 'abandoned'], 3],
    ["another provider's attempts say nothing here", ['abandoned', 'other failed'], 1],
    ['nor are they taken up', ['other abandoned'], 2],
  ])('%s: %j', (_what, states, expected) => {
    expect(referenceAttempt(attempts(...states), states.length + 1, 'gateway')).toBe(expected);
  });
});

describe('the attempt that a report counts for', () => {
  test.each<[string, Parameters<typeof attempts>, number, number]>([
    ['is the one it names', ['accepted'], 1, 1],
    ['is the newest repeat of it', ['abandoned', 'abandoned', 'dispatching'], 1, 3],
    ['is never of another send', ['abandoned', 'failed', 'accepted'], 1, 2],
    ['is the one it names, where that is gone', [], 4, 4],
    ['is of the provider that reports', ['abandoned', 'other accepted'], 1, 1],
  ])('%s: %j', (_what, states, named, expected) => {
    expect(newestUnderReference(attempts(...states), named, 'gateway')).toBe(expected);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ErrorPolicy, errorCatalogue, errorClasses } from '../../domain/errorCatalogue.js';
import { countedCodeOf, errorClassOf, errorSentenceOf, ownErrors } from '../../domain/errorCodes.js';
import { gatewayErrors } from '../../domain/gatewayErrors.js';
import { policyFor } from '../../domain/policyFor.js';
import { telnyxErrors } from '../../domain/telnyxErrors.js';
import { twilioErrors } from '../../domain/twilioErrors.js';

const policies: [string, ErrorPolicy][] = Object.entries(errorCatalogue);

describe('the catalogue of errors', () => {
  test.each([
    ['21211', 'INVALID_NUMBER', { retry: false, notify: 'workspace' }],
    ['20429', 'RATE_LIMIT', { retry: true, attemptsMax: 'until validity ends' }],
    ['provider_unreachable', 'NETWORK', { retry: true, attemptsMax: 3 }],
    ['database_constraint', 'DATABASE_CONSTRAINT', { retry: false, notify: 'operator' }],
    ['database_timeout', 'DATABASE_TIMEOUT', { retry: true, attemptsMax: 2, keepsMessage: true }],
    ['21610', 'CONSENT', { retry: false }],
    ['20003', 'CONFIGURATION', { retry: true, keepsMessage: true, notify: 'operator' }],
    ['30001', 'CONGESTION', { retry: true, attemptsMax: 3 }],
    ['30003', 'UNREACHABLE', { retry: true, attemptsMax: 2 }],
    ['30610', 'QUIET_HOURS', { retry: true, attemptsMax: 3 }],
    ['30008', 'AMBIGUOUS', { retry: false, mayOverrideRetry: false }],
    ['40300', 'CONSENT', { retry: false }],
    ['40318', 'RATE_LIMIT', { retry: true }],
    ['10007', 'AMBIGUOUS', { retry: false }],
    ['recipient_opted_out', 'CONSENT', { retry: false }],
    ['sender_not_served', 'CONFIGURATION', { keepsMessage: true }],
    ['12345', 'UNKNOWN', { retry: false, notify: 'operator' }],
  ])('decides code %s as %s', (code, errorClass, decision) => {
    expect(policyFor(code)).toMatchObject({ class: errorClass, ...decision });
  });

  test('grows the waits of a rate limit exponentially, with full jitter, and spans about a minute with three tries of the network', () => {
    expect(errorCatalogue.RATE_LIMIT.backoff).toMatchObject({ coefficient: 2, jitter: 'full' });
    const { initialMs, coefficient, maxMs } = errorCatalogue.NETWORK.backoff;
    const averageMs = (Math.min(initialMs, maxMs) + Math.min(initialMs * coefficient, maxMs)) / 2;
    expect(averageMs).toBe(60_000);
  });

  test.each(policies)('makes sense of %s: tries and retry agree, and people read what happened and what to do', (_name, policy) => {
    expect(policy.attemptsMax !== 1).toBe(policy.retry);
    expect(policy.keepsMessage && !policy.retry).toBe(false);
    expect(policy.backoff.maxMs).toBeGreaterThanOrEqual(policy.backoff.initialMs);
    for (const text of [policy.sentence, policy.cure]) expect(text).toMatch(/^[A-Z].*\.$/);
  });

  test("has every code of the provider's list of errors", () => {
    const named = readFileSync(path.join(__dirname, 'providerErrorList.txt'), 'utf8').split(/\s+/).filter(Boolean);
    expect(named.length).toBeGreaterThan(45);
    expect(named.filter((code) => errorClassOf(code) === 'UNKNOWN')).toEqual([]);
  });

  test('means one thing by a code, whichever provider says it', () => {
    const codes = [twilioErrors, telnyxErrors, gatewayErrors, ownErrors].flatMap((table) => Object.keys(table));
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  test('uses each of its classes for some code, but for the one of codes that nobody knows', () => {
    const used = new Set<string>(Object.values({ ...twilioErrors, ...ownErrors }).map(([errorClass]) => errorClass));
    expect(errorClasses.filter((errorClass) => !used.has(errorClass))).toEqual(['UNKNOWN']);
  });
});

describe('a code that the catalogue does not know', () => {
  const unknownNumber = fc
    .integer({ min: 10_000, max: 99_999 })
    .map(String)
    .filter((code) => !(code in twilioErrors || code in telnyxErrors));

  test('ends the message, alerts, and is counted under its own number', () => {
    fc.assert(
      fc.property(unknownNumber, (code) => {
        expect(policyFor(code)).toMatchObject({ class: 'UNKNOWN', retry: false, notify: 'operator' });
        expect(countedCodeOf(code)).toBe(code);
        expect(errorSentenceOf(code)).not.toBe('');
      }),
    );
  });

  test('is counted as "other" where it is not a number, whatever comes from outside', () => {
    fc.assert(fc.property(fc.string(), (code) => expect(countedCodeOf(code)).toMatch(/^([1-9]\d{4}|429|other|[a-z_]+)$/)));
    for (const code of ['toString', '__proto__', '30003 ', '٣٠٠٠٣', '30003\n', '1', '123456']) {
      expect([errorClassOf(code), countedCodeOf(code)]).toEqual(['UNKNOWN', 'other']);
    }
  });
});

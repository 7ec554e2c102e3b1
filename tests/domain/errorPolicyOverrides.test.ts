import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ErrorPolicy, errorCatalogue, errorClasses } from '../../domain/errorCatalogue.js';
import { type ErrorPolicyOverrides, faultsOfOverrides } from '../../domain/errorPolicyOverrides.js';
import { policyFor, policyOfClass } from '../../domain/policyFor.js';

const anything = fc.anything({ maxDepth: 2 });
/** Whatever may lie in the database: right, wrong, or made by hand. */
const stored = fc.dictionary(
  fc.constantFrom(...errorClasses),
  fc.record(
    {
      retry: fc.boolean(),
      attemptsMax: fc.oneof(fc.integer({ min: 2, max: 10 }), fc.constant('until validity ends')),
      delayMaxMs: fc.integer({ min: 1_000, max: 3_600_000 }),
      notify: fc.constantFrom('nobody', 'workspace', 'operator'),
    },
    { requiredKeys: [] },
  ),
) as fc.Arbitrary<ErrorPolicyOverrides>;

describe("a workspace's own decisions about errors", () => {
  test.each<[string, ErrorPolicyOverrides, string, object]>([
    ['more tries of the network', { NETWORK: { attemptsMax: 5 } }, 'provider_unreachable', { attemptsMax: 5, retry: true }],
    ['no second try for a handset that is away', { UNREACHABLE: { retry: false } }, '30003', { retry: false, attemptsMax: 1 }],
    ['a second try for filtered content', { CONTENT: { retry: true } }, '30007', { retry: true, attemptsMax: 2 }],
    [
      'shorter waits',
      { CONGESTION: { delayMaxMs: 1_000 } },
      '30001',
      { backoff: { initialMs: 1_000, coefficient: 3, maxMs: 1_000, jitter: 'full' } },
    ],
    [
      'messages that fail instead of waiting for the account',
      { CONFIGURATION: { retry: false } },
      '20003',
      { retry: false, keepsMessage: false },
    ],
    ['somebody else to tell', { AMBIGUOUS: { notify: 'workspace' } }, '30008', { notify: 'workspace', retry: false }],
  ])('can be %s', (_name, overrides, code, expected) => {
    expect(faultsOfOverrides(overrides)).toEqual([]);
    expect(policyFor(code, overrides)).toMatchObject(expected);
  });

  test.each<[unknown, string, RegExp]>([
    [{ NETWORK: { attemptsMax: -1 } }, 'NETWORK.attemptsMax', /whole number from 2 to 10/],
    [{ NETWORK: { attemptsMax: 1 } }, 'NETWORK.attemptsMax', /for one try set retry to false/],
    [{ NETWORK: { attemptsMax: 2.5 } }, 'NETWORK.attemptsMax', /whole number/],
    [{ NETWORK: { attemptsMax: '3' } }, 'NETWORK.attemptsMax', /whole number/],
    [{ NETWORK: { attemptsMax: 'without end' } }, 'NETWORK.attemptsMax', /until validity ends/],
    [{ NETWORK: { retry: 'yes' } }, 'NETWORK.retry', /true or false/],
    [{ NETWORK: { retry: false, attemptsMax: 3 } }, 'NETWORK.attemptsMax', /makes no sense without a retry/],
    [{ CONTENT: { delayMaxMs: 5_000 } }, 'CONTENT.delayMaxMs', /makes no sense without a retry/],
    [{ CONGESTION: { delayMaxMs: 1 } }, 'CONGESTION.delayMaxMs', /milliseconds from 1000 to 3600000/],
    [{ CONGESTION: { notify: 'everybody' } }, 'CONGESTION.notify', /one of nobody, workspace, operator/],
    [{ CONGESTION: { attempts: 3 } }, 'CONGESTION.attempts', /not a known field/],
    [{ CONGESTION: 3 }, 'CONGESTION', /must be an object/],
    [{ CONGESTION: null }, 'CONGESTION', /must be an object/],
    [{ TYPO: {} }, 'TYPO', /not a class of errors: use one of INVALID_NUMBER/],
    [{ AMBIGUOUS: { retry: true } }, 'AMBIGUOUS.retry', /may not be changed.*sent twice/],
    [{ AMBIGUOUS: { attemptsMax: 2 } }, 'AMBIGUOUS.attemptsMax', /may not be changed/],
    [{ CONSENT: { retry: true } }, 'CONSENT.retry', /against the recipient's will/],
    [{ DATABASE_TIMEOUT: { retry: false } }, 'DATABASE_TIMEOUT.retry', /be lost/],
    [[], '(body)', /must be an object/],
    [null, '(body)', /must be an object/],
    ['NETWORK', '(body)', /must be an object/],
  ])('are refused as %j, with the place and what to do', (given, field, message) => {
    const faults = faultsOfOverrides(given);
    expect(faults.map((fault) => fault.field)).toContain(field);
    expect(faults.find((fault) => fault.field === field)?.message).toMatch(message);
  });

  test('never make an ambiguous outcome retry, whatever is stored', () => {
    fc.assert(
      fc.property(stored, (overrides) => {
        expect(policyFor('30008', overrides).retry).toBe(false);
        expect(policyFor('no such code', overrides).retry).toBe(false);
      }),
    );
  });

  test('leave every class with a policy that makes sense, or are refused', () => {
    fc.assert(
      fc.property(stored, (overrides) => {
        for (const errorClass of errorClasses) {
          const policy = policyOfClass(errorClass, overrides);
          expect(policy.attemptsMax !== 1).toBe(policy.retry);
          expect(policy.backoff.initialMs).toBeLessThanOrEqual(policy.backoff.maxMs);
          if (faultsOfOverrides(overrides).length === 0 && !(errorCatalogue[errorClass] as ErrorPolicy).mayOverrideRetry) {
            expect(policy).toEqual({ ...errorCatalogue[errorClass], notify: policy.notify });
          }
        }
      }),
    );
  });

  test('can be checked whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.dictionary(fc.constantFrom(...errorClasses), anything)), (given) =>
        Array.isArray(faultsOfOverrides(given)),
      ),
    );
  });
});

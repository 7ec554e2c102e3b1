import { describe, expect, test } from '@jest/globals';
import { type DoubtfulCase, doubtfulCases, faultsOf, type Told } from './doubtfulCases.js';

const given = (changes: Partial<DoubtfulCase> = {}): DoubtfulCase => ({
  name: 'x',
  policy: 'prefer-no-duplicate',
  fault: 'http500',
  accepted: true,
  callbacks: {},
  listLagMs: 0,
  equals: 1,
  ...changes,
});
const delivered = (providerMessageId: string, attempts = [{ status: 'delivered', evidence: 'list' as string | null }]): Told => ({
  status: 'delivered',
  providerMessageId,
  error: null,
  attempts,
});
const parked: Told = {
  status: 'parked',
  providerMessageId: null,
  error: { code: 'outcome_unknown' },
  attempts: [{ status: 'uncertain', evidence: 'no answer' }],
};

describe('the oracle of doubtful sends', () => {
  test('draws the same cases from the same seed, and others from another', () => {
    expect(doubtfulCases(7, 50)).toEqual(doubtfulCases(7, 50));
    expect(doubtfulCases(7, 50)).not.toEqual(doubtfulCases(8, 50));
  });

  test('finds nothing wrong with what is right', () => {
    expect(faultsOf(given(), [delivered('a')], ['a'])).toEqual([]);
    expect(faultsOf(given({ accepted: false }), [parked], [])).toEqual([]);
    const again = [
      { status: 'abandoned', evidence: 'no proof' },
      { status: 'delivered', evidence: null },
    ];
    expect(faultsOf(given({ accepted: false, policy: 'prefer-delivery' }), [delivered('a', again)], ['a'])).toEqual([]);
  });

  test.each<[string, DoubtfulCase, Told[], string[]]>([
    ['a double', given(), [delivered('a')], ['a', 'b']],
    ['one that the provider has and that is parked', given(), [parked], ['a']],
    ['one that was lost', given(), [{ ...delivered('a'), status: 'uncertain' }], ['a']],
    ['an id that belongs to another text', given(), [delivered('b')], ['a']],
    ['one id for two messages', given({ equals: 2 }), [delivered('a'), delivered('a')], ['a', 'b']],
    ['parking without evidence', given({ accepted: false }), [{ ...parked, attempts: [{ status: 'uncertain', evidence: null }] }], []],
    ['a second send that nobody asked for', given({ accepted: false }), [delivered('a')], ['a', 'b']],
  ])('finds %s', (_what, one, told, sids) => {
    expect(faultsOf(one, told, sids)).not.toEqual([]);
  });
});

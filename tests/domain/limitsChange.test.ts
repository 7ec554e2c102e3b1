import { expect, test } from '@jest/globals';
import { faultOf } from '../../domain/limitsChange.js';

test('a change of limits is refused with the field and what it may be', () => {
  expect(faultOf({ ratePerSecond: 0 })).toBe('ratePerSecond must be a whole number from 1 to 1000, not 0');
  expect(faultOf({ burst: 10_001 })).toBe('burst must be a whole number from 1 to 10000, not 10001');
  expect(faultOf({ burst: 1.5 })).toMatch(/whole number/);
  expect(faultOf({ cooldownMs: 3_600_001 })).toBe('cooldownMs must be a whole number from 0 to 3600000, not 3600001');
  expect(faultOf({ countBy: 'word' as 'segment' })).toBe('countBy must be one of message, segment, not "word"');
  expect(faultOf({})).toBe('name at least one of ratePerSecond, burst, cooldownMs, countBy, cooldownUntil');
  expect(faultOf({ cooldownUntil: '2026-11-24' as never })).toBe('cooldownUntil must be null, which lifts the cooldown, not "2026-11-24"');
});

test('a change of limits within their ranges is taken, ends included', () => {
  for (const change of [
    { ratePerSecond: 1 },
    { ratePerSecond: 1_000, burst: 10_000 },
    { cooldownMs: 0 },
    { cooldownUntil: null },
    { countBy: 'segment' as const },
  ])
    expect(faultOf(change)).toBeUndefined();
});

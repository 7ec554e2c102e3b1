import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskNumber } from '../../domain/maskNumber.js';
import { toE164 } from '../../domain/phoneNumber.js';

describe('a phone number', () => {
  test.each([
    ['+14155552671', '+14155552671'],
    ['+1 415 555 2671', '+14155552671'],
    ['+1 (415) 555-2671', '+14155552671'],
    ['+1.415.555.2671', '+14155552671'],
    ['+44 20 7946 0958', '+442079460958'],
    ['+49 1512 3456789', '+4915123456789'],
    ['+44 (0)20 7946 0958', '+442079460958'],
  ])('%j is %s', (text, e164) => {
    expect(toE164(text)).toBe(e164);
  });

  test.each([
    ['nothing', ''],
    ['no country code', '4155552671'],
    ['a prefix instead of +', '0014155552671'],
    ['a country code that starts with 0', '+04155552671'],
    ['too short', '+1415555'],
    ['too long', '+141555526711'],
    ['far too long', `+1${'4'.repeat(100)}`],
    ['an area code that does not exist', '+11115552671'],
    ['letters', '+1415555CALL'],
    ['an extension', '+14155552671;ext=12'],
    ['a short code', '12345'],
    ['white space around', ' +14155552671'],
    ['a line break after', '+14155552671\n'],
    ['other digits', '+1٤١٥٥٥٥٢٦٧١'],
  ])('%s is none: %j', (_what, text) => {
    expect(toE164(text)).toBeUndefined();
  });

  test('whatever the text, the answer is E.164 or nothing, and stays itself', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^\+[1-9][0-9 ().-]{5,24}$/), fc.stringMatching(/^\+1[2-9][0-9]{9}$/));
    let found = 0;
    fc.assert(
      fc.property(text, (given) => {
        const e164 = toE164(given);
        if (e164 === undefined) return;
        found += 1;
        expect(e164).toMatch(/^\+[1-9]\d{6,14}$/);
        expect(toE164(e164)).toBe(e164);
      }),
    );
    expect(found).toBeGreaterThan(0);
  });
});

describe('a masked number', () => {
  test.each([
    ['+14155552671', '+1415***2671'],
    ['+442079460958', '+4420***0958'],
    ['+4520123456', '+45***56'],
    ['+29022222', '+29***22'],
    ['+2902123', '+2***'],
    ['12345', '12***'],
    ['', '***'],
  ])('%j is shown as %s', (number, masked) => {
    expect(maskNumber(number)).toBe(masked);
  });

  test('keeps at least three digits to itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{6,14}$/), (number) => {
        const shown = maskNumber(number).replace('***', '').length;
        expect(number.length - shown).toBeGreaterThanOrEqual(3);
      }),
    );
  });
});

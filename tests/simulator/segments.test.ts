import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { countSegments } from '../../simulator/segments.js';

test.each([
  ['nothing', '', 1],
  ['160 letters', 'a'.repeat(160), 1],
  ['161 letters', 'a'.repeat(161), 2],
  ['80 euro signs of two septets', '€'.repeat(80), 1],
  ['a euro sign that would straddle two parts', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
  ['70 Cyrillic letters', 'я'.repeat(70), 1],
  ['71 Cyrillic letters', 'я'.repeat(71), 2],
  ['35 emoji of two units', '😀'.repeat(35), 1],
  ['67 emoji, 33 a part', '😀'.repeat(67), 3],
])('%s: counted as the parts that are billed', (_name, body, segments) => {
  expect(countSegments(body)).toBe(segments);
});

test('agrees with the calculator Twilio publishes', () => {
  // Single code points only: how that calculator splits joined graphemes is a choice of its own.
  const character = fc.constantFrom(...'ab Z0@£é{}[]~^|\\€\nяж漢😀');
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 400 }), (characters) => {
      const body = characters.join('');
      expect(countSegments(body)).toBe(new SegmentedMessage(body).segmentsCount);
    }),
    { numRuns: 200 },
  );
});

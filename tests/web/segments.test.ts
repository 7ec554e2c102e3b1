import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countSegments as countSegmentsOfServer } from '../../domain/segments.js';
import { countSegments, segmentText } from '../../web/src/segments.js';

describe('the segment counter', () => {
  it('counts as the server does', () => {
    const character = fc.oneof(fc.constantFrom('a', 'é', '€', '[', '\n', '"'), fc.constantFrom('ł', '🙏', '“'));
    const gsmOnly = fc.constantFrom('a', ' ', 'é', '€', '^');
    const body = fc.oneof(fc.array(character, { maxLength: 400 }), fc.array(gsmOnly, { maxLength: 800 })).map((parts) => parts.join(''));
    fc.assert(
      fc.property(body, (text) => {
        const { encoding, units, segments } = countSegments(text);
        expect({ encoding, units, segments }).toEqual(countSegmentsOfServer(text));
      }),
    );
  });

  it('says how much room is left', () => {
    expect(segmentText('hello')).toBe('5 / 160 · 1 SMS');
    expect(segmentText('a'.repeat(161))).toBe('161 / 306 · 2 SMS');
    expect(segmentText('hello 🙏')).toBe('8 / 70 · 1 SMS · UCS-2');
  });
});

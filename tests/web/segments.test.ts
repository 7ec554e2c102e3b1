import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countSegments as countSegmentsOfServer } from '../../domain/segments.js';
import { countSegments, encodingText, segmentText } from '../../web/src/segments.js';

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
    expect(segmentText('hello')).toBe('5 of 160 · 1 segment');
    expect(segmentText('a'.repeat(161))).toBe('161 of 306 · 2 segments');
    expect(segmentText('hello 🙏')).toBe('8 of 70 · 1 segment');
  });

  it('names the character for which a text takes more room, and says it plainly where that can be', () => {
    expect(encodingText('hello {world} €')).toBeNull();
    expect(encodingText('we’ll see')).toEqual({ sentence: expect.stringContaining('“’” is outside'), plain: "we'll see" });
    expect(encodingText('a\u00a0b')?.sentence).toContain('a fixed space');
    expect(encodingText('👩‍👩‍👧‍👦')?.sentence).toContain('“👩”');
    expect(encodingText('🙏 – ok')).toMatchObject({ plain: null });
    expect(encodingText('👩‍👩‍👧‍👦'.repeat(160))?.sentence.length).toBeLessThan(200);
  });
});

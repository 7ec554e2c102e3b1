import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { countSegments } from '../../domain/segments.js';

/** What Twilio's own calculator says, without its Smart Encoding, which replaces characters before it counts. */
function byTwilio(body: string) {
  const { encodingName, segmentsCount } = new SegmentedMessage(body, 'auto', false);
  return { encoding: encodingName, segments: segmentsCount };
}

function byUs(body: string) {
  const { encoding, segments } = countSegments(body);
  return { encoding, segments };
}

const basic = fc.constantFrom(...'aZ09 @£$¥èéùìòÇ\n\rØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&\'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà');
const extended = fc.constantFrom(...'\f^{}\\[~]|€');
// No character that joins its neighbour (accents, skin tones, flags): the calculator keeps those together, see below.
const wide = fc.constantFrom(...'жάç中“’…\u00a0`あ한');
const astral = fc.constantFrom('😀', '🚀', '𝒳', '𠮷');

/** Bodies around the borders of parts, where a character of two units may have to move on. */
function bodies(character: fc.Arbitrary<string>, partUnits: number) {
  const padding = fc.nat({ max: 2 * partUnits }).map((length) => 'x'.repeat(length));
  return fc
    .tuple(padding, fc.array(character, { maxLength: 40 }), padding, fc.array(character, { maxLength: 40 }))
    .map((parts) => parts.flat().join(''));
}

describe("a body is counted as Twilio's calculator counts it", () => {
  test.each([
    ['GSM-7', bodies(basic, 153), ['GSM-7']],
    ['GSM-7 with extension characters', bodies(fc.oneof(basic, extended), 153), ['GSM-7']],
    ['UCS-2', bodies(wide, 67), ['GSM-7', 'UCS-2']],
    ['UCS-2 with astral characters', bodies(fc.oneof(wide, astral), 67), ['GSM-7', 'UCS-2']],
    ['all of them', bodies(fc.oneof(basic, extended, wide, astral), 67), ['GSM-7', 'UCS-2']],
  ])('%s', (_what, body, encodings) => {
    fc.assert(
      fc.property(
        body.filter((text) => text !== ''),
        (text) => {
          const ours = byUs(text);
          expect(ours).toEqual(byTwilio(text));
          expect(encodings).toContain(ours.encoding);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('with each character of the GSM alphabets and their neighbours in its place', () => {
    const ranges = [
      [0x00, 0x0180],
      [0x0370, 0x0400],
      [0x2010, 0x2030],
      [0x20a0, 0x20b0],
    ] as const;
    for (const [from, to] of ranges) {
      for (let code = from; code < to; code += 1) {
        const character = String.fromCharCode(code);
        expect(`U+${code.toString(16)} ${byUs(character).encoding}`).toBe(`U+${code.toString(16)} ${byTwilio(character).encoding}`);
      }
    }
  });

  test('any text of single characters', () => {
    const single = fc.integer({ min: 0x20, max: 0xd7ff }).map((code) => String.fromCharCode(code));
    fc.assert(fc.property(single, (character) => expect(byUs(character)).toEqual(byTwilio(character))));
  });
});

describe('the borders', () => {
  test.each([
    ['160 septets are one part', 'a'.repeat(160), 'GSM-7', 160, 1],
    ['161 are two', 'a'.repeat(161), 'GSM-7', 161, 2],
    ['306 fill two', 'a'.repeat(306), 'GSM-7', 306, 2],
    ['307 need three', 'a'.repeat(307), 'GSM-7', 307, 3],
    ['80 characters of two septets are one part', '€'.repeat(80), 'GSM-7', 160, 1],
    ['a pair that would straddle moves on', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 306, 3],
    ['70 units are one part', 'ж'.repeat(70), 'UCS-2', 70, 1],
    ['71 are two', 'ж'.repeat(71), 'UCS-2', 71, 2],
    ['134 fill two', 'ж'.repeat(134), 'UCS-2', 134, 2],
    ['135 need three', 'ж'.repeat(135), 'UCS-2', 135, 3],
    ['35 astral characters are one part', '😀'.repeat(35), 'UCS-2', 70, 1],
    ['a hundred of them need four: 33 in a part', '😀'.repeat(100), 'UCS-2', 200, 4],
    ['one character outside GSM-7 turns all to UCS-2', `${'a'.repeat(160)}ç`, 'UCS-2', 161, 3],
    ['extension characters cost one unit in UCS-2', `ж${'€'.repeat(69)}`, 'UCS-2', 70, 1],
  ])('%s', (_what, body, encoding, units, segments) => {
    expect(countSegments(body)).toEqual({ encoding, units, segments });
    expect({ encoding, segments }).toEqual(byTwilio(body));
  });
});

describe('where we differ from the calculator on purpose', () => {
  test('no text has no parts; the calculator says one', () => {
    expect(countSegments('')).toEqual({ encoding: 'GSM-7', units: 0, segments: 0 });
    expect(byTwilio('').segments).toBe(1);
  });

  test('a character made of several may be split between parts; the calculator keeps it together', () => {
    const family = '👨‍👩‍👧‍👦';
    const body = `${'x'.repeat(61)}${family}${'x'.repeat(62)}`;
    expect([body.length, byUs(body).segments, byTwilio(body).segments]).toEqual([134, 2, 3]);
  });

  test('Smart Encoding is a setting of a Messaging Service: quotes and dashes count as what they are', () => {
    expect(byUs('“quoted” – and …').encoding).toBe('UCS-2');
    expect(new SegmentedMessage('“quoted” – and …', 'auto', true).encodingName).toBe('GSM-7');
  });
});

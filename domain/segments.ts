/**
 * SMS segments as carriers count them: GSM-7 holds 160 septets in one part and 153 in each of several, UCS-2 70 and 67
 * units. One character outside GSM-7 turns the whole message to UCS-2. A character never straddles two parts.
 */
export type Encoding = 'GSM-7' | 'UCS-2';

const gsmBasic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const gsmExtended = new Set('\f^{}\\[~]|€');

const unitsOfPart = { 'GSM-7': { single: 160, several: 153 }, 'UCS-2': { single: 70, several: 67 } } as const;

/** Counts the parts a body is sent in. `units` are septets (GSM-7) or 16-bit units (UCS-2). */
export function countSegments(body: string): { encoding: Encoding; units: number; segments: number } {
  const gsm = Array.from(body).every((character) => gsmBasic.has(character) || gsmExtended.has(character));
  const encoding: Encoding = gsm ? 'GSM-7' : 'UCS-2';
  const size = (character: string) => (gsm ? (gsmExtended.has(character) ? 2 : 1) : character.length);
  let units = 0;
  for (const character of body) units += size(character);
  const { single, several } = unitsOfPart[encoding];
  if (units <= single) return { encoding, units, segments: units === 0 ? 0 : 1 };

  let segments = 1;
  let room: number = several;
  for (const character of body) {
    if (size(character) > room) {
      segments += 1;
      room = several;
    }
    room -= size(character);
  }
  return { encoding, units, segments };
}

/**
 * Counts the SMS a text is sent in, as a hint while typing. The number that is billed is the server's, by domain/segments;
 * the page may import types alone from there, and a test holds the two counts together.
 */
const gsmBasic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const gsmExtended = '\f^{}\\[~]|€';

export interface SegmentCount {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
  /** Units taken and units there are in this many segments. */
  units: number;
  room: number;
}

export function countSegments(body: string): SegmentCount {
  const characters = Array.from(body);
  const gsm = characters.every((character) => gsmBasic.includes(character) || gsmExtended.includes(character));
  const [single, several] = gsm ? [160, 153] : [70, 67];
  const sizes = characters.map((character) => (gsm ? (gsmExtended.includes(character) ? 2 : 1) : character.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const encoding = gsm ? 'GSM-7' : 'UCS-2';
  if (units <= single) return { encoding, segments: units === 0 ? 0 : 1, units, room: single };

  let segments = 1;
  let left = several;
  for (const size of sizes) {
    // An escaped character or a surrogate pair never straddles two parts.
    if (size > left) {
      segments += 1;
      left = several;
    }
    left -= size;
  }
  return { encoding, segments, units, room: segments * several };
}

/** For example `12 / 160 · 1 SMS`. */
export function segmentText(body: string): string {
  const { encoding, segments, units, room } = countSegments(body);
  return `${units} / ${room} · ${Math.max(segments, 1)} SMS${encoding === 'UCS-2' ? ' · UCS-2' : ''}`;
}

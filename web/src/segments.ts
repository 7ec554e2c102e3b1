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

/** The characters for which a text takes more room, each once, in order. */
export function oddCharacters(body: string): string[] {
  const odd = [...new Set(Array.from(body))].filter((character) => !gsmBasic.includes(character) && !gsmExtended.includes(character));
  // What only joins or colours the emoji before it says nothing by itself.
  const shown = odd.filter((character) => !/^(?:\u200d|\ufe0f|\p{Emoji_Modifier})$/u.test(character));
  return shown.length > 0 ? shown : odd;
}

/** What phones and word processors put in place of a plain character. */
const plainForms: Record<string, string> = {
  '‘': "'",
  '’': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '\u00a0': ' ',
  '\u2009': ' ',
  '\u200b': '',
  '•': '-',
  '´': "'",
  '`': "'",
};

/** The same text in plain characters, as far as they look alike. */
export const inPlainCharacters = (body: string): string => Array.from(body, (character) => plainForms[character] ?? character).join('');

/** How a character is named to somebody who looks for it in a text. */
export function characterName(character: string): string {
  const names: Record<string, string> = {
    '\u00a0': 'a fixed space',
    '\u2009': 'a thin space',
    '\u200b': 'an invisible space',
    '\t': 'a tab',
  };
  return (
    names[character] ??
    (/[\p{C}\p{Z}]/u.test(character) ? `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}` : `“${character}”`)
  );
}

/** For example `12 of 160 characters · 1 segment`. What a segment costs is the carrier's to say, so it is counted and not priced. */
export function segmentText(body: string): string {
  const { segments, units, room } = countSegments(body);
  const billed = Math.max(segments, 1);
  return `${units.toLocaleString()} of ${room.toLocaleString()} · ${billed} ${billed === 1 ? 'segment' : 'segments'}`;
}

/** Why a text takes more room than it might, or null where it does not. */
export function encodingText(body: string): { sentence: string; plain: string | null } | null {
  const odd = oddCharacters(body);
  if (odd.length === 0) return null;
  const named = odd.slice(0, 3).map(characterName).join(', ');
  const more = odd.length > 3 ? ` and ${odd.length - 3} more` : '';
  const plain = inPlainCharacters(body);
  return {
    sentence: `${named}${more} ${odd.length === 1 ? 'is' : 'are'} outside the SMS alphabet: 70 characters a segment instead of 160.`,
    plain: oddCharacters(plain).length === 0 ? plain : null,
  };
}

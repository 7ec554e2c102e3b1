import type { ConsentMeaning, ConsentReading } from './consent.js';
import { consentWords, innocentPhrases, nearPhrases } from './consentWordTable.js';

/** Words of the provider's own reading of a message (Twilio's OptOutType). */
export type OptOutType = 'STOP' | 'START' | 'HELP';

const meaningOfOptOut = { STOP: 'stop', START: 'start', HELP: 'help' } as const satisfies Record<OptOutType, ConsentMeaning>;

/**
 * A text as the words it is compared by: without case, accents, punctuation, emoji and what cannot be seen. An apostrophe
 * leaves no gap ("don't" is one word). Marks go for every script alike, so a word of the table meets its own form.
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}'’`´]/gu, '')
    .toUpperCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

/** Written together: a word of the table may be spelled apart ("opt out", "S T O P"). */
const joined = (words: readonly string[]) => words.join('');

const meaningOfWord = new Map<string, Exclude<ConsentMeaning, 'review'>>(
  (['help', 'start', 'stop'] as const).flatMap((meaning) =>
    Object.values(consentWords[meaning])
      .flat()
      .map((word) => [joined(wordsOf(word)), meaning] as const),
  ),
);

/** A phrase as it is looked for in words that are written with single spaces and one at each end. */
const patternOf = (phrase: string) =>
  new RegExp(
    ` ${phrase
      .split(' ')
      .map((word) => joined(wordsOf(word)) + (word.endsWith('*') ? '[^ ]*' : ''))
      .join(' ')}(?= )`,
    'gu',
  );
const near = nearPhrases.map(patternOf);
const innocent = innocentPhrases.map(patternOf);

/**
 * What a message says of its sender's consent, and by which words. What the provider has read in it (`optOutType`) counts
 * before the words; a body that is one word of the table, or only that word again and again, is clear; a longer one that may
 * mean a stop is for a person to decide. Undefined for every other message.
 */
export function readConsent(body: string, optOutType?: OptOutType): ConsentReading | undefined {
  const words = wordsOf(body);
  const whole = joined(new Set(words).size === 1 ? words.slice(0, 1) : words);
  if (optOutType) return { meaning: meaningOfOptOut[optOutType], words: meaningOfWord.has(whole) ? whole : optOutType };
  const meaning = meaningOfWord.get(whole);
  if (meaning) return { meaning, words: whole };
  const text = innocent.reduce((left, pattern) => left.replace(pattern, ''), ` ${words.join(' ')} `);
  for (const pattern of near) {
    const found = text.match(pattern)?.[0];
    if (found) return { meaning: 'review', words: found.trim() };
  }
  return undefined;
}

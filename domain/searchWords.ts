import { wordsOf } from './consentWords.js';
import { searchWordCharactersMax } from './historyLimits.js';

/** The words of a text by which it is found: each once, without case, accents and punctuation, in any script. */
export function searchWordsOf(text: string): string[] {
  return [...new Set(wordsOf(text).map((word) => word.slice(0, searchWordCharactersMax)))];
}

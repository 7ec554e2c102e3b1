import {
  contactQueryWordsMax,
  contactWordLettersMax,
  nameWordsMax,
  prefixDigitsMin,
  prefixLettersMin,
  suffixDigits,
} from './historyLimits.js';
import { nationalNumberOf } from './phoneNumber.js';
import { searchWordsOf } from './searchWords.js';

/** Beginnings of a text, from so many characters on. */
const beginningsOf = (text: string, from: number) =>
  Array.from({ length: Math.max(0, text.length - from + 1) }, (_, more) => text.slice(0, from + more));

const digitTerm = (digits: string) => `number:${digits}`;
const wordTerm = (word: string) => `name:${word}`;

/**
 * What a contact is found by: beginnings of the words of its name, and of its number, with its country code and without, and its
 * last four digits. Each once.
 */
export function termsOfContact({ phoneNumber, name }: { phoneNumber: string | null; name: string | null }): string[] {
  const digits = (phoneNumber ?? '').replace(/\D/g, '');
  const national = phoneNumber === null ? '' : (nationalNumberOf(phoneNumber) ?? '');
  const numbers = [...beginningsOf(digits, prefixDigitsMin), ...beginningsOf(national, prefixDigitsMin), digits.slice(-suffixDigits)];
  const words = searchWordsOf(name ?? '')
    .slice(0, nameWordsMax)
    .flatMap((word) => beginningsOf(word.slice(0, contactWordLettersMax), prefixLettersMin));
  return [...new Set([...numbers.filter((one) => one.length >= prefixDigitsMin).map(digitTerm), ...words.map(wordTerm)])];
}

/**
 * What somebody looks for, as terms that all have to be met; undefined where it is too short to look for. A number may be written with
 * spaces and signs between its digits, and begin with its country code, with a zero or with neither.
 */
export function termsOfQuery(text: string): string[] | undefined {
  const digits = text.replace(/\D/g, '');
  if (/^[+\d\s().\-/]+$/.test(text.trim())) {
    const wanted = text.trim().startsWith('+') ? digits : digits.replace(/^0+/, '');
    return wanted.length >= prefixDigitsMin ? [digitTerm(wanted)] : undefined;
  }
  const terms = searchWordsOf(text)
    .filter((word) => word.length >= (/^\d+$/.test(word) ? prefixDigitsMin : prefixLettersMin))
    .slice(0, contactQueryWordsMax)
    .map((word) => (/^\d+$/.test(word) ? digitTerm(word) : wordTerm(word.slice(0, contactWordLettersMax))));
  return terms.length > 0 ? terms : undefined;
}

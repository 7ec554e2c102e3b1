import { maskNumber } from './maskNumber.js';

/** What may be a phone number: with a plus, or of ten digits and more. No id of a provider and no code is one. */
const numbers = /\+\d{7,15}\b|(?<![\w-])\d{10,15}(?![\w-])/g;

/** A provider's words as they may be kept and logged: some of them name the number that they are about. */
export function maskNumbersIn(words: string): string {
  return words.replace(numbers, maskNumber);
}

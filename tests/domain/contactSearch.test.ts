import { describe, expect, it } from '@jest/globals';
import { termsOfContact, termsOfQuery } from '../../domain/contactSearch.js';

const maria = { phoneNumber: '+442071838750', name: 'María-José Ó Faoláin' };
const finds = (query: string, contact = maria) => {
  const terms = termsOfContact(contact);
  return termsOfQuery(query)?.every((term) => terms.includes(term)) ?? 'too short';
};

describe('a contact is found', () => {
  it.each([
    'maria',
    'MAR',
    'jose',
    'faol',
    'maria faolain',
    '+44 20 7183',
    '020 7183',
    '2071838750',
    '8750',
    '(0)20-718',
    'mar 442',
    '+442071838750',
  ])('by %j', (query) => expect(finds(query)).toBe(true));
  it.each(['marib', 'maria ben', '+1', '+4420719', '71838', '875'])('not by %j', (query) => expect(finds(query)).not.toBe(true));
  it.each(['', ' ', 'm', '+4', '12', '…', '\u0000'])('%j is too short to look for', (query) => expect(finds(query)).toBe('too short'));

  it('has few terms, whatever its name is', () => {
    const long = { phoneNumber: '+442071838750', name: Array.from({ length: 50 }, (_, one) => `word${one}${'x'.repeat(60)}`).join(' ') };
    expect(termsOfContact(long).length).toBeLessThan(100);
    expect(termsOfContact(maria).length).toBeLessThan(50);
    expect(termsOfContact({ phoneNumber: null, name: null })).toEqual([]);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { consentMeanings } from '../../domain/consent.js';
import { readConsent, wordsOf } from '../../domain/consentWords.js';
import { consentWords, innocentPhrases, nearPhrases } from '../../domain/consentWordTable.js';

const meaningOf = (body: string, optOutType?: 'STOP' | 'START' | 'HELP') => readConsent(body, optOutType)?.meaning;
const tables = ['stop', 'start', 'help'] as const;
const allWords = tables.flatMap((meaning) =>
  (Object.values(consentWords[meaning]) as (readonly string[])[]).flat().map((word) => [meaning, word] as const),
);

/** What people put around a word without meaning anything by it. */
const around = fc.string({ unit: fc.constantFrom(...' \t\n.,;:!?"()*_~-¡¿…🛑🙏', '\u200b', '\ufe0f'), maxLength: 6 });

/** The same word, each letter in either case, and its accents left out or written as marks of their own. */
const spelled = (word: string) =>
  fc
    .tuple(fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }), fc.constantFrom('NFC', 'NFD', 'bare'))
    .map(([lower, form]) => {
      const text = [...word].map((letter, index) => (lower[index] ? letter.toLowerCase() : letter)).join('');
      return form === 'bare' ? text.normalize('NFD').replace(/[\u0300-\u036f]/g, '') : text.normalize(form);
    });

describe('a word of the table', () => {
  test('means the same in any case, with accents or without, and whatever is around it', () => {
    const body = fc
      .constantFrom(...allWords)
      .chain(([meaning, word]) => fc.tuple(fc.constant(meaning), spelled(word), around, around))
      .map(([meaning, word, before, after]) => [meaning, `${before}${word}${after}`] as const);
    fc.assert(fc.property(body, ([meaning, text]) => expect([text, meaningOf(text)]).toEqual([text, meaning])));
  });

  test('stands under one meaning only', () => {
    const meanings = new Map<string, Set<string>>();
    for (const [meaning, word] of allWords) {
      const key = wordsOf(word).join('');
      expect([word, key]).not.toEqual([word, '']);
      meanings.set(key, (meanings.get(key) ?? new Set()).add(meaning));
    }
    expect([...meanings].filter(([, of]) => of.size > 1)).toEqual([]);
  });

  test.each([
    'STOP',
    'stop',
    ' Stop. ',
    '"stop!!!"',
    'S T O P',
    'STOP STOP stop',
    'Ｓｔｏｐ',
    'Opt out',
    'opt-out',
    'STOP ALL',
    'Unsubscribe',
    'CANCEL',
    'end',
    'Quit',
    'revoke',
    'arrêt',
    'ARRÊT !',
    'arret',
    'désabonner',
    'Abmelden',
    'стоп',
    'СТОП.',
    'στοπ',
    'ΣΤΟΠ',
    '停止',
    '退订',
    '수신거부',
    'DỪNG',
    'ストップ',
    'توقف',
  ])('%s is a stop', (body) => expect(meaningOf(body)).toBe('stop'));

  test.each(['START', 'yes!', 'Unstop', 'démarrer', '再開'])('%s is a start', (body) => expect(meaningOf(body)).toBe('start'));
  test.each(['help', 'INFO?', 'Ayuda', 'aide'])('%s asks for help', (body) => expect(meaningOf(body)).toBe('help'));
});

describe('a longer message', () => {
  test.each([
    'please stop texting me',
    'STOP please',
    'Stop!! I said so',
    "don't text me again",
    'Don’t text me',
    'take me off this list',
    'I want to opt out of this',
    'unsubscribed?',
    'remove me',
    'no more texts',
    'leave me alone',
    'Bitte keine SMS mehr',
    'Arrêtez de m’écrire',
    'no me escriban más',
    'НЕ ПИШИТЕ мне',
  ])('%s may mean a stop: a person decides', (body) => expect(meaningOf(body)).toBe('review'));

  test.each([
    '',
    '   ',
    '👍',
    'Thanks!',
    'See you at the bus stop',
    'I will stop by at five',
    'A nonstop flight',
    "don't stop believing",
    'The weekend',
    'Can I cancel my appointment?',
    'This is the end',
    'yes, tomorrow',
    'I need help with my order',
    'no',
    'seis',
    'stopwatch',
  ])('%j says nothing of consent', (body) => expect(meaningOf(body)).toBeUndefined());

  test.each([...nearPhrases])('with %s in it is looked at', (phrase) => {
    expect(meaningOf(`well, ${phrase.replace('*', 's').toLowerCase()} - thanks`)).toBe('review');
  });

  test.each([...innocentPhrases])('with %s in it is not, unless it says more', (phrase) => {
    expect(meaningOf(`we met at the ${phrase} yesterday`)).toBeUndefined();
    expect(meaningOf(`we met at the ${phrase} yesterday, now stop`)).toBe('review');
  });

  test('of any words that are in no table says nothing, and any text at all is read', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('the', 'parcel', 'came', '5', 'ok', 'merci'), { maxLength: 8 }), (words) =>
        expect(meaningOf(words.join(' '))).toBeUndefined(),
      ),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect([undefined, ...consentMeanings]).toContain(meaningOf(text))));
  });

  test('is told with the words that say so', () => {
    expect(readConsent('Please STOP texting me')).toEqual({ meaning: 'review', words: 'STOP' });
    expect(readConsent(' arrêt! ')).toEqual({ meaning: 'stop', words: 'ARRET' });
  });
});

describe('what the provider has read in a message', () => {
  test('counts before its words', () => {
    expect(readConsent('Basta cosi', 'STOP')).toEqual({ meaning: 'stop', words: 'STOP' });
    expect(meaningOf('STOP', 'START')).toBe('start');
    expect(meaningOf('please stop', 'HELP')).toBe('help');
    fc.assert(fc.property(fc.string(), (text) => expect(meaningOf(text, 'STOP')).toBe('stop')));
  });
});

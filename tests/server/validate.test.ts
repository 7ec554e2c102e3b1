import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { type FieldError, Problem } from '../../domain/errors.js';
import { bodyCharactersMax, idempotencyKeyCharactersMax, mediaUrlsMax, metadataBytesMax, pageSizeMax } from '../../domain/limits.js';
import { conversationOpenEvent, idempotencyKey, messageRequest, outboundEvent, page } from '../../server/requestSchemas.js';
import { validate } from '../../server/validate.js';

const good = { to: '+14155552671', body: 'Hello' };

/** The errors a value is refused with; none where it is taken. */
function errorsOf(schema: z.ZodType, value: unknown): FieldError[] {
  try {
    validate(schema, value);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect([error.code, error.status]).toEqual(['invalid_request', 422]);
    expect(error.message).toBe((error.extra.errors ?? []).map(({ field, message }) => `${field} ${message}`).join('; '));
    return error.extra.errors ?? [];
  }
}

const number = 'is not a valid phone number: use E.164 form with + and country code, e.g. +14155552671';
const notATime = 'must be a time in ISO 8601 with its offset, e.g. 2026-12-01T09:00:00Z';
const anySender =
  'is neither a valid phone number nor a Messaging Service: use E.164 form with + and country code, e.g. +14155552671, or its SID, MG…';
const validity = 'must be a whole number of seconds from 1 to 36000';
const unknown = 'is not a known field: remove it or check its spelling';
const unstorable = 'has characters that can not be stored (NUL or half of a surrogate pair)';
const unsendable = 'has characters that can not be sent (NUL or half of a surrogate pair)';

describe('a request to send a message', () => {
  test('needs a recipient and a text; the rest has a default', () => {
    expect(validate(messageRequest, good)).toEqual({ ...good, priority: 'normal', mediaUrls: [], metadata: {}, category: 'transactional' });
  });

  test('is taken with all of its fields, and numbers are brought to E.164', () => {
    const full = {
      to: '+1 (415) 555-2671',
      body: 'Grüße 😀\n',
      from: '+44 20 7946 0958',
      priority: 'bulk',
      mediaUrls: ['https://example.com/a.png', 'http://example.com/b'],
      metadata: { order: '1', '': '' },
      category: 'marketing',
      sendAt: '2026-12-01T09:00:00+01:00',
      validitySeconds: 36_000,
    };
    expect(validate(messageRequest, full)).toEqual({ ...full, to: '+14155552671', from: '+442079460958' });
    const service = `MG${'5'.repeat(32)}`;
    expect(validate(messageRequest, { ...full, from: service }).from).toBe(service);
  });

  test('may use all of the length of each field', () => {
    expect(errorsOf(messageRequest, { ...good, body: 'x'.repeat(bodyCharactersMax) })).toEqual([]);
    expect(errorsOf(messageRequest, { ...good, mediaUrls: new Array(mediaUrlsMax).fill('https://example.com') })).toEqual([]);
    expect(errorsOf(messageRequest, { ...good, metadata: { a: 'x'.repeat(metadataBytesMax - '{"a":""}'.length) } })).toEqual([]);
  });

  test.each<[string, object, [string, string | RegExp]]>([
    ['no recipient', { to: undefined }, ['to', 'is required']],
    ['an empty recipient', { to: '' }, ['to', 'is empty: give a phone number in E.164 form, e.g. +14155552671']],
    ['a recipient without country code', { to: '4155552671' }, ['to', number]],
    ['a recipient that can not exist', { to: '+11115552671' }, ['to', number]],
    ['a recipient of another type', { to: 14155552671 }, ['to', 'must be a string']],
    ['null for a recipient', { to: null }, ['to', 'must be a string']],
    ['a list of recipients', { to: ['+14155552671'] }, ['to', 'must be a string']],
    ['a wrong sender', { from: 'ACME' }, ['from', anySender]],
    ['half of a Messaging Service', { from: 'MG12' }, ['from', anySender]],
    ['null for a sender', { from: null }, ['from', 'must be a string']],
    ['no text', { body: undefined }, ['body', 'is required']],
    ['an empty text', { body: '' }, ['body', 'is empty: give the text to send']],
    ['a text of spaces', { body: ' \n\t\u00a0' }, ['body', 'is empty: give the text to send']],
    ['a text of another type', { body: 5 }, ['body', 'must be a string']],
    ['a text of 1,601 characters', { body: 'x'.repeat(1_601) }, ['body', 'is too long: at most 1600 characters']],
    ['a text with NUL', { body: 'a\u0000b' }, ['body', unsendable]],
    ['metadata with NUL', { metadata: { order: '4\u00007' } }, ['metadata', unstorable]],
    ['metadata with half of a pair in a name', { metadata: { '\ud83d': 'x' } }, ['metadata', unstorable]],
    ['a picture with NUL', { mediaUrls: ['https://example.com/\u0000.png'] }, ['mediaUrls.0', unstorable]],
    ['a text with the first half of a pair', { body: 'a\ud83d' }, ['body', unsendable]],
    ['a text with the second half of a pair', { body: '\ude00a' }, ['body', unsendable]],
    ['an unknown priority', { priority: 'urgent' }, ['priority', 'must be one of high, normal, bulk']],
    ['a priority of another type', { priority: 1 }, ['priority', 'must be one of high, normal, bulk']],
    ['null for a priority', { priority: null }, ['priority', 'must be one of high, normal, bulk']],
    [
      'too many media',
      { mediaUrls: new Array(mediaUrlsMax + 1).fill('https://example.com') },
      ['mediaUrls', 'has too many entries: at most 10'],
    ],
    ['media that are no URL', { mediaUrls: ['https://example.com', 'x'] }, ['mediaUrls.1', 'must be an http(s) URL']],
    ['media on a disk', { mediaUrls: ['file:///etc/passwd'] }, ['mediaUrls.0', 'must be an http(s) URL']],
    ['media of another type', { mediaUrls: 'https://example.com' }, ['mediaUrls', /expected array/]],
    ['metadata that are not strings', { metadata: { order: 1 } }, ['metadata.order', /expected string/]],
    ['metadata in a list', { metadata: ['a'] }, ['metadata', /expected record/]],
    ['too many metadata', { metadata: { a: 'x'.repeat(metadataBytesMax) } }, ['metadata', 'is too large: at most 2048 bytes']],
    ['a time without offset', { sendAt: '2026-12-01T09:00:00' }, ['sendAt', notATime]],
    ['a day for a time', { sendAt: '2026-12-01' }, ['sendAt', notATime]],
    ['a day that does not exist', { sendAt: '2026-02-30T09:00:00Z' }, ['sendAt', notATime]],
    ['a time in milliseconds', { sendAt: 1_796_000_000_000 }, ['sendAt', notATime]],
    ['null for a time', { sendAt: null }, ['sendAt', notATime]],
    ['no validity', { validitySeconds: 0 }, ['validitySeconds', validity]],
    ['a validity of more than ten hours', { validitySeconds: 36_001 }, ['validitySeconds', validity]],
    ['a broken validity', { validitySeconds: 1.5 }, ['validitySeconds', validity]],
    ['a validity in words', { validitySeconds: '60' }, ['validitySeconds', validity]],
    ['an unknown category', { category: 'spam' }, ['category', 'must be one of transactional, marketing']],
    ['an unknown field', { text: 'Hello' }, ['text', unknown]],
    ['a field named like a part of the language', JSON.parse('{"__proto__": {"admin": true}}'), ['__proto__', unknown]],
    ['a field named constructor', { constructor: 'x' }, ['constructor', unknown]],
    ['a field named toString', { toString: 'x' }, ['toString', unknown]],
  ])('with %s is refused, and the field is named', (_what, fields, [field, message]) => {
    // Own properties, whatever their names: as a JSON body brings them.
    const request: object = Object.create(Object.prototype, {
      ...Object.getOwnPropertyDescriptors(good),
      ...Object.getOwnPropertyDescriptors(fields),
    });
    expect(errorsOf(messageRequest, request)).toEqual([
      { field, message: message instanceof RegExp ? expect.stringMatching(message) : message },
    ]);
  });

  test.each([null, undefined, 5, 'text', true, [], [good]])('that is %j is refused as a whole', (value) => {
    expect(errorsOf(messageRequest, value)).toEqual([
      { field: '(body)', message: value === undefined ? 'is required' : expect.stringMatching(/expected object/) },
    ]);
  });

  test('names all that is wrong at once', () => {
    expect(errorsOf(messageRequest, { body: '', priority: 'x', a: 1, b: 2 }).map(({ field }) => field)).toEqual([
      'to',
      'body',
      'priority',
      'a',
      'b',
    ]);
  });

  test('is either taken or refused with fields named, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ to: fc.anything(), body: fc.anything(), metadata: fc.object(), mediaUrls: fc.anything() })),
        (value) => {
          for (const error of errorsOf(messageRequest, value))
            expect(error).toEqual({ field: expect.any(String), message: expect.stringMatching(/./) });
        },
      ),
      { numRuns: 100 },
    );
  });

  test('that was taken can be stored: its text is well formed and has no NUL', () => {
    const pieces = fc.array(fc.constantFrom('\u0000', '\ud83d', '\ude00', ' ', 'a', 'é', '中'), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, (parts) => {
        const body = parts.join('');
        const taken = errorsOf(messageRequest, { ...good, body }).length === 0;
        expect(taken).toBe(body.trim() !== '' && body.isWellFormed() && !body.includes('\u0000'));
      }),
    );
  });
});

describe('an idempotency key', () => {
  test.each(['a', 'order-1', '!~', 'x'.repeat(idempotencyKeyCharactersMax)])('may be %j', (key) => {
    expect(validate(idempotencyKey, key)).toBe(key);
  });

  test.each(['', 'x'.repeat(idempotencyKeyCharactersMax + 1), 'two words', 'tab\t', 'ü', 'a\n', '\u0000', 5, null])(
    'may not be %j',
    (key) => {
      expect(errorsOf(idempotencyKey, key).length).toBeGreaterThan(0);
    },
  );

  test('travels inside a message over a socket, where there is no header', () => {
    expect(validate(outboundEvent, { ...good, idempotencyKey: 'k' })).toMatchObject({ idempotencyKey: 'k' });
    expect(errorsOf(outboundEvent, { ...good, idempotencyKey: '' }).map(({ field }) => field)).toContain('idempotencyKey');
    expect(errorsOf(outboundEvent, { ...good, key: 'k' })).toEqual([{ field: 'key', message: unknown }]);
    expect(errorsOf(messageRequest, { ...good, idempotencyKey: 'k' })).toEqual([{ field: 'idempotencyKey', message: unknown }]);
  });
});

test('a conversation is opened by its UUID and the number of the last event seen', () => {
  const conversationId = '0198c1f0-0000-7000-8000-000000000001';
  expect(validate(conversationOpenEvent, { conversationId, afterSeq: 0 })).toEqual({ conversationId, afterSeq: 0 });
  expect(errorsOf(conversationOpenEvent, { conversationId: "' or 1=1" })).toEqual([{ field: 'conversationId', message: 'must be a UUID' }]);
  for (const afterSeq of [-1, 1.5, '1', null])
    expect(errorsOf(conversationOpenEvent, { conversationId, afterSeq }).map(({ field }) => field)).toEqual(['afterSeq']);
});

test('a page has a size within limits', () => {
  expect(validate(page, {})).toEqual({ limit: 50 });
  expect(validate(page, { limit: String(pageSizeMax), cursor: 'c' })).toEqual({ limit: pageSizeMax, cursor: 'c' });
  for (const limit of ['0', '101', 'ten', '1.5']) expect(errorsOf(page, { limit }).map(({ field }) => field)).toEqual(['limit']);
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classifyFailure } from '../../providers/classifyAnswer.js';
import { TransportError } from '../../providers/transport.js';
import { classifyResponse, statusOf } from '../../providers/twilio/classify.js';

const sid = `SM${'0123456789abcdef'.repeat(2)}`;
const html = '<!DOCTYPE html><title>Sorry</title>';
const error = (code: number, message = 'no') => JSON.stringify({ code, message, status: 400 });
const outcome = (statusCode: number, body: string, headers = {}) => classifyResponse({ statusCode, body, headers });

describe('what an answer means for the message', () => {
  test.each([
    [201, JSON.stringify({ sid, status: 'queued' }), { kind: 'accepted', providerMessageId: sid, status: 'accepted' }],
    [201, JSON.stringify({ sid, status: 'accepted', more: 1 }), { kind: 'accepted', providerMessageId: sid, status: 'accepted' }],
    [200, JSON.stringify({ sid, status: 'sent' }), { kind: 'accepted', providerMessageId: sid, status: 'sent' }],
    [
      201,
      JSON.stringify({ sid: sid.replace('SM', 'MM'), status: 'failed' }),
      { kind: 'accepted', providerMessageId: sid.replace('SM', 'MM'), status: 'failed' },
    ],
    [201, JSON.stringify({ sid, status: 'a word of next year' }), { kind: 'accepted', providerMessageId: sid, status: 'accepted' }],
    [201, '', { kind: 'ambiguous', reason: "HTTP 201 with a body that is not Twilio's message" }],
    [200, html, { kind: 'ambiguous', reason: "HTTP 200 with a body that is not Twilio's message" }],
    [
      200,
      JSON.stringify({ sid: 'SM1', status: 'queued' }),
      { kind: 'ambiguous', reason: "HTTP 200 with a body that is not Twilio's message" },
    ],
    [204, '', { kind: 'ambiguous', reason: "HTTP 204 with a body that is not Twilio's message" }],
    [302, '', { kind: 'ambiguous', reason: 'HTTP 302' }],
    [307, error(21_211), { kind: 'ambiguous', reason: 'HTTP 307, code 21211' }],
    [400, error(21_211, 'Invalid To'), { kind: 'rejected', code: '21211', message: 'Invalid To' }],
    [400, error(21_610, 'Opted out'), { kind: 'rejected', code: '21610', message: 'Opted out' }],
    [401, error(20_003), { kind: 'rejected', code: '20003', message: 'no' }],
    [404, JSON.stringify({ code: 20_404 }), { kind: 'rejected', code: '20404', message: 'HTTP 404' }],
    // Another vendor's word for too many requests.
    [400, error(10_011), { kind: 'rejected', code: '10011', message: 'no' }],
    [400, html, { kind: 'ambiguous', reason: 'HTTP 400' }],
    [403, '', { kind: 'ambiguous', reason: 'HTTP 403' }],
    [404, JSON.stringify({ message: 'no such host' }), { kind: 'ambiguous', reason: 'HTTP 404' }],
    [400, error(20_500), { kind: 'ambiguous', reason: 'HTTP 400, code 20500' }],
    [400, error(20_503), { kind: 'ambiguous', reason: 'HTTP 400, code 20503' }],
    [429, error(20_429), { kind: 'rateLimited', code: '20429', retryAfterMs: null }],
    [429, html, { kind: 'rateLimited', code: '429', retryAfterMs: null }],
    [400, error(20_429), { kind: 'rateLimited', code: '20429', retryAfterMs: null }],
    [400, error(21_611), { kind: 'rateLimited', code: '21611', retryAfterMs: null }],
    [500, error(20_500), { kind: 'ambiguous', reason: 'HTTP 500, code 20500' }],
    [500, html, { kind: 'ambiguous', reason: 'HTTP 500' }],
    [502, '', { kind: 'ambiguous', reason: 'HTTP 502' }],
    [503, error(20_503), { kind: 'ambiguous', reason: 'HTTP 503, code 20503' }],
    [504, error(21_211), { kind: 'ambiguous', reason: 'HTTP 504, code 21211' }],
    [0, '', { kind: 'ambiguous', reason: 'HTTP 0' }],
  ])('HTTP %i %j', (statusCode, body, expected) => {
    expect(outcome(statusCode, body)).toEqual(expected);
  });

  test.each([
    ['3', 3_000],
    ['0.5', 500],
    ['0', null],
    ['-1', null],
    ['', null],
    ['soon', null],
    ['Wed, 21 Oct 2026 07:28:00 GMT', null],
    [undefined, null],
  ])('Retry-After %j of a 429 is %j ms', (header, retryAfterMs) => {
    expect(outcome(429, error(20_429), { 'retry-after': header })).toEqual({ kind: 'rateLimited', code: '20429', retryAfterMs });
  });
});

/** Codes with which Twilio itself says that the request was not processed for its rate. */
const rateCodes = [20_429, 21_611];
const code = fc.oneof(fc.integer({ min: 10_000, max: 99_999 }), fc.constantFrom(...rateCodes, 20_500, 20_503, 21_211));
const body = fc.oneof(
  code.map((number) => error(number)),
  fc.record({ sid: fc.oneof(fc.constant(sid), fc.string()), status: fc.string() }).map((message) => JSON.stringify(message)),
  fc.json(),
  fc.string(),
  fc.constant(html),
);
const codeOf = (text: string): unknown => {
  try {
    return (JSON.parse(text) as { code?: unknown } | null)?.code;
  } catch {
    return undefined;
  }
};

describe('whatever the answer', () => {
  test('it never counts as not sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), body, (statusCode, text) => expect(outcome(statusCode, text).kind).not.toBe('notSent')),
    );
  });

  test('a 5xx is ambiguous', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 599 }), body, (statusCode, text) => {
        if (!rateCodes.includes(codeOf(text) as number)) expect(outcome(statusCode, text).kind).toBe('ambiguous');
      }),
    );
  });

  test('a 2xx is accepted or ambiguous, and accepted only with an id', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 299 }), body, (statusCode, text) => {
        const result = outcome(statusCode, text);
        expect(result.kind).toBe(result.kind === 'accepted' && text.includes(result.providerMessageId) ? 'accepted' : 'ambiguous');
      }),
    );
  });

  test('a 429 is rate limited', () => {
    fc.assert(fc.property(body, (text) => expect(outcome(429, text).kind).toBe('rateLimited')));
  });

  test('it is rate limited, and so retried, only by a 429 or a code that says so', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), body, (statusCode, text) => {
        if (outcome(statusCode, text).kind === 'rateLimited')
          expect(statusCode === 429 || rateCodes.includes(codeOf(text) as number)).toBe(true);
      }),
    );
  });

  test('it is rejected only by a 4xx with a code of Twilio', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), body, (statusCode, text) => {
        const result = outcome(statusCode, text);
        if (result.kind === 'rejected') expect([Math.floor(statusCode / 100), result.code]).toEqual([4, String(codeOf(text))]);
      }),
    );
  });
});

describe('a request that failed', () => {
  test('before the write was not sent', () => {
    expect(classifyFailure(new TransportError(false, 'ECONNREFUSED'))).toEqual({ kind: 'notSent', reason: 'ECONNREFUSED' });
  });

  test.each([
    ['after the write', new TransportError(true, 'ECONNRESET'), 'ECONNRESET'],
    ['in a way we do not know', new RangeError('surprise'), 'surprise'],
    ['with something that is no error', 'a string', 'a string'],
    ['with nothing', undefined, 'undefined'],
  ])('%s may have been sent', (_when, failure, reason) => {
    expect(classifyFailure(failure)).toEqual({ kind: 'ambiguous', reason });
  });
});

describe("Twilio's words for states", () => {
  test.each([
    ['accepted', 'accepted'],
    ['scheduled', 'accepted'],
    ['queued', 'accepted'],
    ['sending', 'sending'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
    ['undelivered', 'undelivered'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
  ])('%s is our %s', (word, status) => {
    expect(statusOf(word)).toBe(status);
  });

  test.each(['receiving', 'received', 'partially_delivered', '', 'Delivered', 'constructor', '__proto__', 'toString'])(
    '%j says nothing',
    (word) => {
      expect(statusOf(word)).toBeUndefined();
    },
  );
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../domain/errors.js';
import { nextAllowedMs } from '../../domain/quietHours.js';
import { quietHoursTable } from '../../domain/quietHoursTable.js';
import { recipientPlace } from '../../domain/recipientPlace.js';
import { messageRequest } from '../../server/requestSchemas.js';
import { sendTimes } from '../../server/sendTimes.js';

const dayMs = 86_400_000;
const now = Date.parse('2026-12-02T03:00:00Z');
const to = '+12125550123';

const timesOf = (fields: object, nowMs = now) => sendTimes(messageRequest.parse({ to, body: 'x', ...fields }), nowMs, 14_400);
const at = (ms: number) => new Date(ms).toISOString();

function refusalOf(fields: object): unknown {
  try {
    return timesOf(fields);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [error.code, error.status, error.extra.errors];
  }
}

describe('a message', () => {
  test('without a time may leave at once and is of use as long as the process says', () => {
    expect(timesOf({})).toEqual({ validUntilMs: now + 14_400_000 });
    expect(timesOf({ validitySeconds: 60 })).toEqual({ validUntilMs: now + 60_000 });
  });

  test('that is scheduled is of use from its time on', () => {
    expect(timesOf({ sendAt: at(now + dayMs), validitySeconds: 60 })).toEqual({
      sendAtMs: now + dayMs,
      validUntilMs: now + dayMs + 60_000,
    });
  });

  test('may name a time up to a minute ago, for which it is not late, and up to 35 days ahead', () => {
    expect(timesOf({ sendAt: at(now - 60_000) })).toEqual({ validUntilMs: now + 14_400_000 });
    expect(timesOf({ sendAt: at(now + 35 * dayMs) }).sendAtMs).toBe(now + 35 * dayMs);
  });

  test.each([
    ['a minute ago and more', now - 60_001, /^is in the past: it is 2026-12-02T03:00:00.000Z; leave it out to send now$/],
    ['more than 35 days ahead', now + 35 * dayMs + 1, /^is too far ahead: at most 35 days from now$/],
    ['two years ahead', now + 730 * dayMs, /^is too far ahead/],
  ])('for %s is refused, and the field is named', (_what, time, message) => {
    expect(refusalOf({ sendAt: at(time) })).toEqual([
      'invalid_request',
      422,
      [{ field: 'sendAt', message: expect.stringMatching(message) }],
    ]);
  });
});

describe('marketing', () => {
  test('is scheduled at acceptance for the morning of its recipient, and loses nothing of its validity', () => {
    // 22:00 in New York.
    const opensMs = Date.parse('2026-12-02T13:00:00Z');
    expect(timesOf({ category: 'marketing' })).toEqual({ sendAtMs: opensMs, validUntilMs: opensMs + 14_400_000, quietHours: true });
  });

  test('never leaves before the time it names, nor outside the hours of its recipient', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60, max: 35 * 86_400 }), (seconds) => {
        const askedMs = now + seconds * 1_000;
        const { sendAtMs = now } = timesOf({ category: 'marketing', sendAt: at(askedMs) });
        expect(sendAtMs).toBeGreaterThanOrEqual(askedMs);
        expect(nextAllowedMs(recipientPlace(to), sendAtMs, quietHoursTable)).toBe(sendAtMs);
      }),
    );
  });
});

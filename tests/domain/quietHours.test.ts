import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { areaCodes } from '../../domain/areaCodes.js';
import { quietHoursMarginMs } from '../../domain/limits.js';
import { nextAllowedMs } from '../../domain/quietHours.js';
import { type QuietHoursTable, quietHoursTable } from '../../domain/quietHoursTable.js';
import { type RecipientPlace, recipientPlace } from '../../domain/recipientPlace.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const next = (e164: string, at: string) => new Date(nextAllowedMs(recipientPlace(e164), Date.parse(at), quietHoursTable)).toISOString();

/** Whether all clocks of the place are inside their hours: by the text that another formatter makes of the moment. */
function isInside({ region, zones }: RecipientPlace, atMs: number, table: QuietHoursTable): boolean {
  const week = (region && table.regions[region]) || table.usual;
  return zones.every((zone) => {
    const [day = '', time = ''] = new Date(atMs).toLocaleString('sv-SE', { timeZone: zone }).split(' ');
    const [h = 0, m = 0, s = 0] = time.split(':').map(Number);
    const today = week[new Date(`${day}T12:00:00Z`).getUTCDay()];
    const minute = h * 60 + m + s / 60;
    return !!today && minute >= today.opensAtMinute && minute < today.closesAtMinute - quietHoursMarginMs / minuteMs;
  });
}

/** Days on which clocks change somewhere: both Americas, Europe, Australia, Egypt, Lord Howe. */
const edges = [
  '2026-03-08T10:00Z',
  '2026-03-29T01:00Z',
  '2026-04-04T16:00Z',
  '2026-10-03T16:00Z',
  '2026-10-25T01:00Z',
  '2026-11-01T09:00Z',
  '2027-03-14T10:00Z',
  '2027-10-31T01:00Z',
  '2028-02-29T12:00Z',
  '2026-12-31T23:30Z',
].map((text) => Date.parse(text));

const moment = fc
  .tuple(fc.constantFrom(...edges), fc.integer({ min: -4 * dayMs, max: 4 * dayMs }))
  // To the second, as the other formatter shows it.
  .map(([edge, away]) => Math.round((edge + away) / 1_000) * 1_000);

const recipients = ['+442079460958', '+61255501234', '+79161234567', '+201001234567', '+525512345678', '+819012345678', '+5511912345678'];
const place = fc.oneof(
  fc.constantFrom(...areaCodes.values()),
  fc.constantFrom(...recipients).map((number) => recipientPlace(number)),
);

const someDay = fc.option(
  fc
    .tuple(fc.integer({ min: 6, max: 14 }), fc.integer({ min: 8, max: 10 }))
    .map(([from, length]) => ({ opensAtMinute: from * 60, closesAtMinute: (from + length) * 60 })),
  { freq: 4 },
);
/** Tables that nobody has, with closed days. Sunday is open, so that there is always a next opening. */
const someTable = fc
  .tuple(fc.constant({ opensAtMinute: 720, closesAtMinute: 1_320 }), someDay, someDay, someDay, someDay, someDay, someDay)
  .map((usual): QuietHoursTable => ({ version: 'any', usual, regions: {} }));

describe('marketing', () => {
  test('never leaves outside the recipient’s hours, and waits not a moment longer than it must', () => {
    fc.assert(
      fc.property(place, moment, (where, nowMs) => {
        const atMs = nextAllowedMs(where, nowMs, quietHoursTable);
        expect(atMs).toBeGreaterThanOrEqual(nowMs);
        expect(isInside(where, atMs, quietHoursTable)).toBe(true);
        expect(atMs === nowMs).toBe(isInside(where, nowMs, quietHoursTable));
        if (atMs > nowMs) expect(isInside(where, atMs - 1_000, quietHoursTable)).toBe(false);
        for (let before = nowMs; before < atMs; before += 15 * minuteMs) expect(isInside(where, before, quietHoursTable)).toBe(false);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('keeps to any table, whichever days it closes', () => {
    const oneClock = fc.constantFrom('America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'UTC');
    fc.assert(
      fc.property(someTable, oneClock, moment, (table, zone, nowMs) => {
        const where = { region: null, zones: [zone] };
        const atMs = nextAllowedMs(where, nowMs, table);
        expect(isInside(where, atMs, table)).toBe(true);
        for (let before = nowMs; before < atMs; before += hourMs) expect(isInside(where, before, table)).toBe(false);
        if (atMs > nowMs) expect(isInside(where, atMs - 1_000, table)).toBe(false);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('may leave from the minute of opening until two minutes before closing', () => {
    // New York in winter: 8 to 21 local is 13 to 2 UTC.
    expect(next('+12125550123', '2026-12-02T12:59:59.999Z')).toBe('2026-12-02T13:00:00.000Z');
    expect(next('+12125550123', '2026-12-02T13:00:00.000Z')).toBe('2026-12-02T13:00:00.000Z');
    expect(next('+12125550123', '2026-12-03T01:57:59.999Z')).toBe('2026-12-03T01:57:59.999Z');
    expect(next('+12125550123', '2026-12-03T01:58:00.000Z')).toBe('2026-12-03T13:00:00.000Z');
  });

  test('opens at the same time by the clock before and after the clock is changed', () => {
    // New York puts its clocks forward on 8 March and back on 1 November 2026.
    expect(next('+12125550123', '2026-03-07T08:00:00Z')).toBe('2026-03-07T13:00:00.000Z');
    expect(next('+12125550123', '2026-03-08T03:00:00Z')).toBe('2026-03-08T12:00:00.000Z');
    expect(next('+12125550123', '2026-11-01T03:00:00Z')).toBe('2026-11-01T13:00:00.000Z');
  });

  test('to Texas waits for noon on Sundays, and to Alabama for Monday', () => {
    expect(next('+12145550123', '2026-12-06T15:30:00Z')).toBe('2026-12-06T18:00:00.000Z');
    expect(next('+12055550123', '2026-12-06T15:30:00Z')).toBe('2026-12-07T14:00:00.000Z');
  });

  test('to a number that may be in two zones waits until both are open', () => {
    // Pensacola keeps Central time, Tallahassee Eastern, and Florida closes at 20.
    expect(next('+18505550123', '2026-12-02T13:30:00Z')).toBe('2026-12-02T14:00:00.000Z');
    expect(next('+18505550123', '2026-12-03T00:59:00Z')).toBe('2026-12-03T14:00:00.000Z');
  });

  test('to another country keeps the usual hours of its clock', () => {
    expect(next('+442079460958', '2026-12-02T07:00:00Z')).toBe('2026-12-02T08:00:00.000Z');
    expect(next('+442079460958', '2026-07-02T06:00:00Z')).toBe('2026-07-02T07:00:00.000Z');
  });

  test('by a table that never opens is an error, not a wait for ever', () => {
    const closed = [null, null, null, null, null, null, null] as const;
    expect(() => nextAllowedMs({ region: null, zones: ['UTC'] }, 0, { version: 'none', usual: closed, regions: {} })).toThrow(RangeError);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { weekName, weekOf, weekStartMs } from '../../domain/archive.js';

const weekMs = 7 * 24 * 60 * 60_000;
const times = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });

describe('the name of a week', () => {
  it.each([
    ['2026-08-17T00:00:00Z', '2026-W34'],
    ['2026-08-16T23:59:59Z', '2026-W33'],
    ['2027-01-01T12:00:00Z', '2026-W53'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
  ])('of %s is %s, as ISO 8601 has it', (time, name) => expect(weekName(Date.parse(time))).toBe(name));

  it('leads back to the week', () => {
    fc.assert(
      fc.property(times, (atMs) => {
        const startMs = weekStartMs(atMs);
        expect(weekOf(weekName(atMs))).toEqual({ startMs, endMs: startMs + weekMs });
        expect(startMs <= atMs && atMs < startMs + weekMs).toBe(true);
        expect(new Date(startMs).getUTCDay()).toBe(1);
      }),
    );
  });

  it.each(['2026-W54', '2026-W00', '2025-W53', '2026-34', 'W34', '../2026-W34'])('can not be %s', (name) =>
    expect(weekOf(name)).toBeUndefined(),
  );
});

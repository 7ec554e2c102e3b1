import { describe, expect, it } from '@jest/globals';
import { weekEndMs } from '../../domain/weeks.js';

describe('a week of partitions', () => {
  it.each([
    ['2026-11-23T00:00:00.000Z', 0, '2026-11-30T00:00:00.000Z'],
    ['2026-11-29T23:59:59.999Z', 0, '2026-11-30T00:00:00.000Z'],
    ['2026-11-30T00:00:00.000Z', 0, '2026-12-07T00:00:00.000Z'],
    ['2026-12-31T12:00:00.000Z', 5, '2027-02-08T00:00:00.000Z'],
  ])('of %s, and %d more, ends on %s', (at, later, end) => {
    expect(new Date(weekEndMs(Date.parse(at), later)).toISOString()).toBe(end);
  });
});

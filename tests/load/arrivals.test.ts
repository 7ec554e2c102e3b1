import { describe, expect, it } from '@jest/globals';
import { arrivals, zipfPlaces } from '../../load/arrivals.js';

describe('an open loop', () => {
  it('is due evenly in each phase, whatever comes back', () => {
    const due = arrivals([
      { perSecond: 28, seconds: 10 },
      { perSecond: 280, seconds: 5 },
    ]);
    expect(due).toHaveLength(280 + 1_400);
    expect(due[280]).toBe(10_000);
    expect(due.toSorted((a, b) => a - b)).toEqual(due);
    expect(due.filter((ms) => ms >= 12_000 && ms < 13_000)).toHaveLength(280);
  });

  it('asks few workspaces often and all others seldom, alike in each run', () => {
    const places = zipfPlaces(100_000, 1_000);
    expect(zipfPlaces(100_000, 1_000)).toEqual(places);
    const count = (place: number) => places.filter((one) => one === place).length;
    // 1 ÷ the sum of 1 ÷ k for k up to 1,000 is 13.4 %.
    expect(count(0)).toBeGreaterThan(13_000);
    expect(count(0)).toBeLessThan(13_800);
    expect(count(0) / count(9)).toBeGreaterThan(8);
    expect(new Set(places).size).toBeGreaterThan(990);
    expect(Math.max(...places)).toBeLessThan(1_000);
  });
});

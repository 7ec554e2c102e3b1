import { describe, expect, it } from '@jest/globals';
import { clockText, dayText, listTimeText } from '../../web/src/timeText.js';

// Local time on purpose: what counts as yesterday is decided where the reader is.
const now = new Date(2026, 10, 20, 0, 30);
const iso = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

describe('times', () => {
  it('are of yesterday an hour ago, if midnight lies between', () => {
    expect(dayText(iso(2026, 10, 20, 0, 10), now)).toBe('Today');
    expect(dayText(iso(2026, 10, 19, 23, 50), now)).toBe('Yesterday');
    expect(listTimeText(iso(2026, 10, 19, 23, 50), now)).toBe('Yesterday');
  });

  it('are as short in the list as their age allows', () => {
    const today = iso(2026, 10, 20, 0, 10);
    expect(listTimeText(today, now)).toBe(clockText(today));
    expect(listTimeText(iso(2026, 10, 16, 12, 0), now)).toMatch(/^\p{L}+\.?$/u);
    expect(listTimeText(iso(2026, 9, 2, 12, 0), now)).not.toContain('2026');
    expect(listTimeText(iso(2024, 9, 2, 12, 0), now)).toContain('2024');
  });

  it('of a clock ahead of ours are shown as times, not as days to come', () => {
    const ahead = iso(2026, 10, 21, 0, 10);
    expect(listTimeText(ahead, now)).toBe(clockText(ahead));
  });
});

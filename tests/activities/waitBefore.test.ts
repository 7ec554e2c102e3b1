import { describe, expect, it } from '@jest/globals';
import { waitBefore } from '../../activities/chooseWay.js';
import type { Way } from '../../domain/ways.js';

const nowMs = 1_700_000_000_000;
const minute = 60_000;
const way = (provider: string, inMs: number, openSinceMs: number): Way => ({
  provider,
  sender: { id: provider, phoneNumber: '+14155550100', provider },
  standing: { kind: 'open', untilMs: nowMs + inMs, sinceMs: nowMs - openSinceMs },
});

describe('a message before an open breaker', () => {
  it('sleeps until the first one lets somebody try, and names whose that is', () => {
    expect(waitBefore([way('a', 9_000, 1_000), way('b', 5_000, 1_000)], nowMs, 0)).toEqual({
      kind: 'wait',
      waitMs: 5_001,
      waitingFor: 'breaker',
      provider: 'b',
      token: null,
    });
  });

  it('comes back apart from others, the farther the longer it lasts', () => {
    const latest = (openSinceMs: number) => waitBefore([way('a', 5_000, openSinceMs)], nowMs, 0.999_999).waitMs;
    expect(latest(1_000)).toBe(7_001);
    expect(latest(5 * minute)).toBe(35_001);
    expect(latest(60 * minute)).toBe(65_001);
  });

  it('looks in between whether a person has closed it', () => {
    const forced = (openSinceMs: number) => waitBefore([way('a', 10 * 60 * minute, openSinceMs)], nowMs, 0).waitMs;
    expect(forced(0)).toBe(10_001);
    expect(forced(2 * minute)).toBe(minute + 1);
    expect(forced(60 * minute)).toBe(5 * minute + 1);
  });
});

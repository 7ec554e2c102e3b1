import { describe, expect, it } from '@jest/globals';
import { webhookDisableAfterDefaultMs, webhookRetryDelaysDefaultMs } from '../../domain/limits.js';
import { webhookPauseMs, webhookRetryDelayMs } from '../../domain/webhooks.js';

const hourMs = 60 * 60_000;

describe('a delivery that fails', () => {
  it('is tried again later and later, for about three days, and then given up', () => {
    const waits = Array.from({ length: 20 }, (_, index) => webhookRetryDelayMs(webhookRetryDelaysDefaultMs, index + 1, 0));
    const tried = waits.filter((wait) => wait !== null);
    expect(tried).toEqual([...tried].sort((a, b) => a - b));
    expect(waits.slice(tried.length).every((wait) => wait === null)).toBe(true);
    const allMs = tried.reduce((sum, wait) => sum + wait, 0);
    expect(allMs / hourMs).toBeGreaterThan(72);
    // What is on its way is given up before its endpoint is.
    expect(allMs * 1.2).toBeLessThan(webhookDisableAfterDefaultMs);
  });

  it('comes back up to a fifth later by chance, never sooner', () => {
    expect([0, 0.5, 1].map((random) => webhookRetryDelayMs([1_000], 1, random))).toEqual([1_000, 1_100, 1_200]);
  });
});

describe('an endpoint that fails', () => {
  it('is left alone for longer the longer it fails, for five minutes at most', () => {
    expect([0, 10_000, hourMs].map(webhookPauseMs)).toEqual([1_000, 5_000, 5 * 60_000]);
  });
});

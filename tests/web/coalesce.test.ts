import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { coalesce } from '../../web/src/coalesce.js';

describe('a coalesced call', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('runs at once and once more after a burst', async () => {
    let runs = 0;
    const ask = coalesce(async () => {
      runs += 1;
    }, 100);
    for (let count = 0; count < 50; count += 1) ask();
    expect(runs).toBe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(runs).toBe(2);
  });

  it('runs again after one that failed', async () => {
    let runs = 0;
    const ask = coalesce(() => {
      runs += 1;
      return Promise.reject(new Error('no'));
    }, 100);
    ask();
    await jest.advanceTimersByTimeAsync(200);
    ask();
    expect(runs).toBe(2);
  });
});

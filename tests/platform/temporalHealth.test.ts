import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLogger } from '../../platform/logger.js';
import { Telemetry } from '../../platform/telemetry.js';
import { TemporalHealth } from '../../platform/temporalHealth.js';

describe('what a process believes of Temporal', () => {
  let answers: (() => Promise<void>)[];
  let asked: number;
  let health: TemporalHealth;
  const away = () => Promise.reject(new Error('away'));
  const there = () => Promise.resolve();

  beforeEach(() => {
    jest.useFakeTimers();
    answers = [];
    asked = 0;
    const probe = () => {
      asked += 1;
      return (answers.shift() ?? there)();
    };
    health = new TemporalHealth(probe, new Telemetry('server'), createLogger('silent'));
  });
  afterEach(() => {
    health.close();
    jest.useRealTimers();
  });

  test('is that it is there, without asking', () => {
    expect([health.isAway, asked]).toEqual([false, 0]);
  });

  test('stays so where it is only slow and answers when it is asked', async () => {
    expect(await health.suspect()).toBe(true);
    expect([health.isAway, asked]).toEqual([false, 1]);
  });

  test('is that it is away where it does not answer that either, until it does', async () => {
    answers = [away, away, away];
    expect(await health.suspect()).toBe(false);
    expect(health.isAway).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([health.isAway, asked]).toEqual([true, 3]);
    await jest.advanceTimersByTimeAsync(500);
    expect(health.isAway).toBe(false);
  });

  test('is asked for once, however many wait in vain', async () => {
    for (let waiting = 0; waiting < 10; waiting += 1) void health.suspect();
    await jest.advanceTimersByTimeAsync(0);
    expect(asked).toBe(1);
  });
});

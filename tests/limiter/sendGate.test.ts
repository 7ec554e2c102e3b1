import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SendGate } from '../../limiter/sendGate.js';

const limits = { ratePerSecond: 10, burst: 5 };
const enter = (gate: SendGate, count: number, now: number, workspaceId = 'w') =>
  Array.from({ length: count }, () => Math.round(gate.enter(workspaceId, limits, 1, now)));

describe('the gate of a process', () => {
  test('lets the burst through at once and the rest at the rate', () => {
    expect(enter(new SendGate(), 8, 1_000)).toEqual([0, 0, 0, 0, 0, 100, 200, 300]);
  });

  test('lets through what comes at the rate, without a wait', () => {
    const gate = new SendGate();
    enter(gate, 5, 1_000);
    for (let now = 1_100; now < 5_000; now += 100) expect(enter(gate, 1, now)).toEqual([0]);
  });

  test('gives the burst back with time, and never more than it', () => {
    const gate = new SendGate();
    enter(gate, 5, 1_000);
    expect(enter(gate, 3, 1_200)).toEqual([0, 0, 100]);
    expect(enter(gate, 6, 100_000)).toEqual([0, 0, 0, 0, 0, 100]);
  });

  test('keeps each workspace to its own limit', () => {
    const gate = new SendGate();
    enter(gate, 20, 1_000, 'busy');
    expect(enter(gate, 1, 1_000, 'quiet')).toEqual([0]);
  });

  test('counts a message of several segments as so many, and as the burst where it is more than that', () => {
    const gate = new SendGate();
    expect([gate.enter('w', limits, 3, 1_000), gate.enter('w', limits, 3, 1_000)].map(Math.round)).toEqual([0, 100]);
    expect(Math.round(new SendGate().enter('w', limits, 99, 1_000))).toBe(0);
  });

  test('follows a change of the limits at once', () => {
    const gate = new SendGate();
    enter(gate, 5, 1_000);
    expect(gate.enter('w', { ...limits, burst: 1 }, 1, 1_000)).toBe(500);
  });

  test('never lets more than burst and rate through in any window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 2_000 }), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 20 }),
        (arrivals) => {
          const gate = new SendGate();
          let now = 1_000;
          const leaves = arrivals.flatMap(([afterMs, count]) => {
            now += afterMs;
            return Array.from({ length: count }, () => now + gate.enter('w', limits, 1, now));
          });
          const excess = leaves.flatMap((from, first) =>
            leaves.slice(first).map((until, more) => more + 1 - limits.burst - ((until - from) / 1_000) * limits.ratePerSecond),
          );
          expect(Math.max(...excess)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('forgets workspaces that are quiet, and none that is not', () => {
    const gate = new SendGate();
    for (let index = 0; index < 10_000; index += 1) gate.enter(`w${index}`, limits, 1, 1_000);
    enter(gate, 5, 2_000, 'busy');
    enter(gate, 1, 2_001, 'one more');
    expect(enter(gate, 1, 2_001, 'busy')).toEqual([99]);
  });
});

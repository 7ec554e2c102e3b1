import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SendGate } from '../../limiter/sendGate.js';

const limits = { ratePerSecond: 10, burst: 5 };
const enter = (gate: SendGate, count: number, now: number, workspaceId = 'w') =>
  Array.from({ length: count }, () => gate.enter(workspaceId, limits, 1, now));
const waits = (places: { waitMs: number }[]) => places.map(({ waitMs }) => Math.round(waitMs));

/** So many enter at a moment, and each leaves when it may; answers their waits. */
function pass(gate: SendGate, count: number, now: number, workspaceId = 'w'): number[] {
  const places = enter(gate, count, now, workspaceId);
  for (const place of places) place.used(now + place.waitMs);
  return waits(places);
}

describe('the gate of a process', () => {
  test('lets the burst through at once and the rest at the rate', () => {
    expect(pass(new SendGate(), 8, 1_000)).toEqual([0, 0, 0, 0, 0, 100, 200, 300]);
  });

  test('lets through what comes at the rate, without a wait', () => {
    const gate = new SendGate();
    pass(gate, 5, 1_000);
    for (let now = 1_100; now < 5_000; now += 100) expect(pass(gate, 1, now)).toEqual([0]);
  });

  test('gives the burst back with time, and never more than it', () => {
    const gate = new SendGate();
    pass(gate, 5, 1_000);
    expect(pass(gate, 3, 1_200)).toEqual([0, 0, 100]);
    expect(pass(gate, 6, 100_000)).toEqual([0, 0, 0, 0, 0, 100]);
  });

  test('keeps each workspace to its own limit', () => {
    const gate = new SendGate();
    pass(gate, 20, 1_000, 'busy');
    expect(pass(gate, 1, 1_000, 'quiet')).toEqual([0]);
  });

  test('counts a message of several segments as so many, and as the burst where it is more than that', () => {
    const gate = new SendGate();
    expect(waits([gate.enter('w', limits, 3, 1_000), gate.enter('w', limits, 3, 1_000)])).toEqual([0, 100]);
    expect(waits([new SendGate().enter('w', limits, 99, 1_000)])).toEqual([0]);
  });

  test('follows a change of the limits at once', () => {
    const gate = new SendGate();
    pass(gate, 5, 1_000);
    expect(gate.enter('w', { ...limits, burst: 1 }, 1, 1_000).waitMs).toBe(500);
  });

  test('keeps the places of those who are late, and does not let them leave beside a new burst', () => {
    const gate = new SendGate();
    const late = enter(gate, 5, 1_000);
    expect(waits(enter(gate, 1, 60_000))).toEqual([100]);
    for (const place of late) place.used(60_000);
    expect(waits(enter(gate, 1, 60_000))).toEqual([200]);
  });

  test('gives the place of a message that does not leave to the next, and of one that has left to nobody', () => {
    const gate = new SendGate();
    const places = enter(gate, 6, 1_000);
    for (const place of places.slice(0, 5)) place.used(1_000);
    for (const place of places) place.drop();
    expect(waits(enter(gate, 2, 1_000))).toEqual([100, 200]);
  });

  test('never lets more than burst and rate through in any window, whoever takes a place and does not leave', () => {
    const comes = fc.record({
      afterMs: fc.nat({ max: 2_000 }),
      leaving: fc.nat({ max: 12 }),
      staying: fc.nat({ max: 12 }),
      stayMs: fc.nat({ max: 3_000 }),
    });
    fc.assert(
      fc.property(fc.array(comes, { minLength: 1, maxLength: 20 }), (arrivals) => {
        const gate = new SendGate();
        const left: number[] = [];
        let later: { atMs: number; happens: () => void }[] = [];
        const until = (now: number) => {
          const due = later.filter(({ atMs }) => atMs <= now).sort((a, b) => a.atMs - b.atMs);
          later = later.filter(({ atMs }) => atMs > now);
          for (const { happens } of due) happens();
        };
        let now = 1_000;
        for (const { afterMs, leaving, staying, stayMs } of arrivals) {
          now += afterMs;
          until(now);
          for (const place of enter(gate, staying, now)) later.push({ atMs: now + stayMs, happens: () => place.drop() });
          for (const place of enter(gate, leaving, now)) {
            const atMs = now + place.waitMs;
            later.push({ atMs, happens: () => void (place.used(atMs), left.push(atMs)) });
          }
        }
        until(Number.POSITIVE_INFINITY);
        const excess = left.flatMap((from, first) =>
          left.slice(first).map((to, more) => more + 1 - limits.burst - ((to - from) / 1_000) * limits.ratePerSecond),
        );
        expect(Math.max(0, ...excess)).toBeLessThan(1e-6);
      }),
      { numRuns: 100 },
    );
  });

  test('forgets workspaces that are quiet, and none that is not', () => {
    const gate = new SendGate();
    for (let index = 0; index < 10_000; index += 1) pass(gate, 1, 1_000, `w${index}`);
    pass(gate, 5, 2_000, 'busy');
    enter(gate, 5, 1_000, 'late');
    pass(gate, 1, 2_001, 'one more');
    expect(pass(gate, 1, 2_001, 'busy')).toEqual([99]);
    expect(pass(gate, 1, 2_001, 'late')).toEqual([100]);
  });
});

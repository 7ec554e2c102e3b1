import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AcceptShares } from '../../domain/acceptShares.js';
import { calmForMs, type LoadMeasure, loadLevelMax, loadLevels, nextLoad, restingLoad, shedFrom } from '../../domain/loadLevel.js';

const first = { queueAgeMs: 2_000, lagMs: 100 };
/** Levels after measures a second apart. */
function levelsOf(measures: LoadMeasure[]): number[] {
  let state = restingLoad;
  return measures.map((measure, second) => (state = nextLoad(state, measure, first, second * 1_000)).level);
}
const measure = fc.record({
  queueAgeMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300_000, noNaN: true })),
  lagMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5_000, noNaN: true })),
});
const repeat = (one: LoadMeasure, times: number) => Array.from({ length: times }, () => one);

describe('the level of degradation', () => {
  test('goes by one step at a time, and never out of its range', () => {
    fc.assert(
      fc.property(fc.array(measure, { maxLength: 200 }), (measures) => {
        let before = 0;
        for (const level of levelsOf(measures)) {
          expect(Math.abs(level - before)).toBeLessThanOrEqual(1);
          expect(level).toBeGreaterThanOrEqual(0);
          expect(level).toBeLessThanOrEqual(loadLevelMax);
          before = level;
        }
      }),
    );
  });

  test('comes to rest where the load stays as it is, and the higher the more of it there is', () => {
    fc.assert(
      fc.property(measure, measure, (a, b) => {
        const more = { queueAgeMs: Math.max(a.queueAgeMs, b.queueAgeMs), lagMs: Math.max(a.lagMs, b.lagMs) };
        const settled = levelsOf(repeat(a, 100)).slice(20);
        expect(new Set(settled).size).toBe(1);
        expect(levelsOf(repeat(more, 100)).at(-1)).toBeGreaterThanOrEqual(settled[0] as number);
      }),
    );
  });

  test('falls to nothing once all is calm, whatever was before, and no quicker than a level in the calm time', () => {
    fc.assert(
      fc.property(fc.array(measure, { maxLength: 50 }), (measures) => {
        const levels = levelsOf([...measures, ...repeat({ queueAgeMs: 0, lagMs: 0 }, 60)]);
        expect(levels.at(-1)).toBe(0);
        const falls = levels.flatMap((level, second) => (level < (levels[second - 1] ?? 0) ? [second] : []));
        for (const [place, second] of falls.entries()) {
          if (place > 0) expect((second - (falls[place - 1] as number)) * 1_000).toBeGreaterThanOrEqual(calmForMs);
        }
      }),
    );
  });

  test('does not go to and fro where the load wavers about a threshold', () => {
    const wavering = Array.from({ length: 100 }, (_, second) => ({ queueAgeMs: second % 2 ? 2_100 : 1_700, lagMs: 0 }));
    const levels = levelsOf(wavering);
    expect(levels.filter((level, second) => level !== (levels[second - 1] ?? 0))).toHaveLength(1);
  });

  test('is brought to refusing normal messages by no second of lag alone, however long it is', () => {
    expect(levelsOf([{ queueAgeMs: 0, lagMs: 10_000 }, ...repeat({ queueAgeMs: 0, lagMs: 0 }, 3)])).toEqual([1, 1, 1, 1]);
  });

  test('gives things up in the order that was promised, each with a sentence for people', () => {
    const order = Object.entries(shedFrom).sort(([, a], [, b]) => a - b);
    expect(order.map(([name]) => name)).toEqual(['bulkDispatch', 'exports', 'live', 'webhooks', 'bulk', 'normal', 'high']);
    expect(loadLevels.map(({ says }) => says === null)).toEqual([true, ...Array.from({ length: 7 }, () => false)]);
  });
});

describe('who sends more than its share', () => {
  const send = (shares: AcceptShares, workspace: string, messages: number, atMs = 0) => {
    for (let n = 0; n < messages; n++) shares.note(workspace, atMs);
  };

  test('is one that floods beside others, and none of the others', () => {
    const shares = new AcceptShares();
    send(shares, 'flood', 300);
    for (let n = 0; n < 10; n++) send(shares, `other ${n}`, 25);
    expect(shares.isGreedy('flood')).toBe(true);
    expect(shares.isGreedy('other 3')).toBe(false);
  });

  test('is nobody who is alone, and nobody with a few messages', () => {
    const shares = new AcceptShares();
    send(shares, 'alone', 1_000);
    expect(shares.isGreedy('alone')).toBe(false);
    const few = new AcceptShares();
    send(few, 'a', 15);
    for (let n = 0; n < 20; n++) send(few, `b ${n}`, 1);
    expect(few.isGreedy('a')).toBe(false);
  });

  test('is forgotten once the flood is over', () => {
    const shares = new AcceptShares();
    send(shares, 'flood', 300);
    for (let second = 0; second < 60; second += 1) for (let n = 0; n < 5; n++) send(shares, `other ${n}`, 5, second * 1_000);
    expect(shares.isGreedy('flood')).toBe(false);
  });
});

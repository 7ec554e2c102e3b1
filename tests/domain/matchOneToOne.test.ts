import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { couldBe } from '../../domain/couldBe.js';
import { candidateLagMs, candidateLeadMs } from '../../domain/limits.js';
import { matchOneToOne } from '../../domain/matchOneToOne.js';

const startMs = 1_700_000_000_000;
const doubt = (startedAtMs: number) => ({ startedAtMs, deadlineAtMs: startedAtMs + 15_000 });

test('one send in doubt and one message like it, created in its window, belong together', () => {
  const inDoubt = doubt(startMs);
  const candidate = { createdAtMs: startMs + 800 };
  expect(matchOneToOne([inDoubt], [candidate])).toEqual(new Map([[inDoubt, candidate]]));
});

test.each([
  [0, 1],
  [1, 0],
  [1, 2],
  [2, 1],
  [3, 2],
])('%i sends in doubt and %i messages like them prove nothing', (doubts, candidates) => {
  const sends = Array.from({ length: doubts }, (_, index) => doubt(startMs + index));
  const messages = Array.from({ length: candidates }, (_, index) => ({ createdAtMs: startMs + index }));
  expect(matchOneToOne(sends, messages).size).toBe(0);
});

test.each([
  ['as early as a lead before the start', startMs - candidateLeadMs, true],
  ['earlier', startMs - candidateLeadMs - 1, false],
  ['as late as a lag after the deadline', startMs + 15_000 + candidateLagMs, true],
  ['later', startMs + 15_000 + candidateLagMs + 1, false],
])('a message created %s fits: %d', (_when, createdAtMs, fits) => {
  expect(matchOneToOne([doubt(startMs)], [{ createdAtMs }]).size === 1).toBe(fits);
});

test('equal texts sent one after the other are paired in order of time, in whatever order they are listed', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 600_000 }), { minLength: 1, maxLength: 8 }).chain((starts) =>
        fc.record({
          starts: fc.constant(starts),
          tookMs: fc.integer({ min: 0, max: 15_000 }),
          listed: fc.shuffledSubarray(starts, { minLength: starts.length }),
        }),
      ),
      ({ starts, tookMs, listed }) => {
        const pairs = matchOneToOne(
          starts.map((start) => doubt(start)),
          listed.map((start) => ({ createdAtMs: start + tookMs })),
        );
        expect([...pairs].map(([{ startedAtMs }, { createdAtMs }]) => createdAtMs - startedAtMs)).toEqual(starts.map(() => tookMs));
      },
    ),
  );
});

test('where one of several that could be each other can not be paired, none is', () => {
  const messages = [{ createdAtMs: startMs }, { createdAtMs: startMs + 3_600_000 }];
  expect(matchOneToOne([doubt(startMs), doubt(startMs + 1_000)], messages).size).toBe(0);
});

test('a send that was never cleared up does not hide the proof of a later one', () => {
  const [old, recent] = [doubt(startMs), doubt(startMs + 3_600_000)];
  const message = { createdAtMs: startMs + 3_600_500 };
  expect(matchOneToOne([old, recent], [message])).toEqual(new Map([[recent, message]]));
});

test('whatever is in doubt and whatever is listed, a pair lies in its window and nothing is used twice', () => {
  const times = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 7 });
  fc.assert(
    fc.property(times, times, (starts, creations) => {
      const pairs = matchOneToOne(
        starts.map((start) => doubt(start)),
        creations.map((createdAtMs) => ({ createdAtMs })),
      );
      for (const [inDoubt, message] of pairs) expect(couldBe(inDoubt, message)).toBe(true);
      expect(new Set(pairs.values()).size).toBe(pairs.size);
    }),
  );
});

test('the lists given stay as they were', () => {
  const sends = [doubt(startMs + 5), doubt(startMs)];
  const messages = [{ createdAtMs: startMs + 5 }, { createdAtMs: startMs }];
  matchOneToOne(sends, messages);
  expect([sends[0]?.startedAtMs, messages[0]?.createdAtMs]).toEqual([startMs + 5, startMs + 5]);
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { couldBe } from '../../domain/couldBe.js';
import { candidateLagMs, candidateLeadMs } from '../../domain/limits.js';
import { listSpan } from '../../domain/listSpan.js';
import { matchOneToOne } from '../../domain/matchOneToOne.js';

const doubt = (startedAtMs: number) => ({ startedAtMs, deadlineAtMs: startedAtMs + 500 });

test('a doubt by itself needs the list of its own window', () => {
  expect(listSpan(doubt(100_000), [])).toEqual({ fromMs: 100_000 - candidateLeadMs, toMs: 100_500 + candidateLagMs });
});

test('a doubt of yesterday does not make the list longer', () => {
  const today = doubt(90_000_000);
  expect(listSpan(today, [doubt(3_600_000), today])).toEqual(listSpan(today, []));
});

test('a message outside the span that was read would not have changed how a doubt is paired', () => {
  const times = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(times, times, (starts, creations) => {
      const doubts = starts.map((start) => doubt(start));
      const own = doubts[0] as ReturnType<typeof doubt>;
      const all = creations.map((createdAtMs) => ({ createdAtMs }));
      const { fromMs, toMs } = listSpan(own, doubts);
      const read = all.filter(({ createdAtMs }) => createdAtMs >= fromMs && createdAtMs <= toMs);
      expect(matchOneToOne(doubts, read).get(own)).toBe(matchOneToOne(doubts, all).get(own));
      expect(read.filter((message) => couldBe(own, message))).toEqual(all.filter((message) => couldBe(own, message)));
    }),
  );
});

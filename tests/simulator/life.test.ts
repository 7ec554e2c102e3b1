import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planLife } from '../../simulator/life.js';
import { seededRandom } from '../../simulator/random.js';
import { usualLife } from '../../simulator/server.js';

test('a dropped share is the share that was asked for', () => {
  const random = seededRandom(3);
  const told = Array.from({ length: 5_000 }, () => planLife(usualLife, { drop: 0.2 }, random).callbacks.length);
  const share = 1 - told.reduce((sum, count) => sum + count, 0) / 10_000;
  expect(share).toBeGreaterThan(0.18);
  expect(share).toBeLessThan(0.22);
});

test('no shuffle leaves the callbacks in order, loses one or changes the life itself', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, times) => {
      const life = planLife(usualLife, { shuffle: true, times }, seededRandom(seed));
      const inOrder = usualLife.flatMap((step) => Array(times).fill(step.status));
      const told = life.callbacks.map((step) => step.status);
      expect(told).not.toEqual(inOrder);
      expect([...told].sort()).toEqual([...inOrder].sort());
      expect(life.callbacks.map((step) => step.delayMs)).toEqual(usualLife.flatMap((step) => Array(times).fill(step.delayMs)));
      expect(life.steps).toEqual(usualLife);
    }),
  );
});

test('an undelivered life keeps its sent, a failed one has none, and both have a code', () => {
  const random = seededRandom(1);
  expect(planLife(usualLife, { finalStatus: 'undelivered' }, random).steps).toEqual([
    { status: 'sent', delayMs: 150 },
    { status: 'undelivered', delayMs: 400, errorCode: 30008 },
  ]);
  expect(planLife(usualLife, { finalStatus: 'failed', errorCode: 30007 }, random).steps).toEqual([
    { status: 'failed', delayMs: 400, errorCode: 30007 },
  ]);
});

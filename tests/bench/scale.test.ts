import { expect, it } from '@jest/globals';
import { slopeOf } from '../../bench/scale.js';

it('the slope of a cost is what each more of it adds, and none where it is flat or there is one point alone', () => {
  expect(
    slopeOf([
      [0, 10],
      [100, 20],
      [200, 30],
    ]),
  ).toBeCloseTo(0.1);
  expect(
    slopeOf([
      [0, 10],
      [10, 10],
      [1_000, 10],
    ]),
  ).toBe(0);
  expect(
    slopeOf([
      [0, 10],
      [10, 14],
      [20, 12],
    ]),
  ).toBeCloseTo(0.1);
  expect(slopeOf([[5, 10]])).toBe(0);
});

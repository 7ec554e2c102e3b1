import { describe, expect, test } from '@jest/globals';
import { lastOf, percentText, timeTookText } from '../../web/src/metricText.js';

describe('the dashboard', () => {
  test.each([
    [null, '–'],
    [0, '0 %'],
    [0.0042, '0.4 %'],
    [0.05, '5.0 %'],
    [0.5, '50 %'],
    [0.9999, '99.9 %'],
    [1, '100 %'],
  ])('shows the share %p as %s, and never all where one is missing', (share, text) => expect(percentText(share)).toBe(text));

  test.each([
    [4.4, '4 ms'],
    [2_450, '2.5 s'],
    [90_000, '1.5 min'],
  ])('shows %d ms as %s', (milliseconds, text) => expect(timeTookText(milliseconds)).toBe(text));

  test('names the newest value that there is', () => {
    expect(lastOf([0.1, 0.2, null])).toBe(0.2);
    expect(lastOf([null])).toBeNull();
  });
});

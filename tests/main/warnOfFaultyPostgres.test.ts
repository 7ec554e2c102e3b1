import { describe, expect, it } from '@jest/globals';
import { isFaultyPostgres } from '../../main/warnOfFaultyPostgres.js';

describe('a Postgres that passes over rows which are being changed', () => {
  it.each([
    ['15.8', 150_008, false],
    ['17.10', 170_010, false],
    ['18.0', 180_000, true],
    ['18.4', 180_004, true],
    ['19.0', 190_000, false],
  ])('is told apart by its version: %s', (_name, number, faulty) => {
    expect(isFaultyPostgres(number)).toBe(faulty);
  });
});

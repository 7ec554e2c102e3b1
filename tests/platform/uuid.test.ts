import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isUuid } from '../../domain/ids.js';
import { uuidv7 } from '../../platform/uuid.js';

const moment = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test('a UUIDv7 carries its millisecond', () => {
  fc.assert(
    fc.property(moment, (nowMs) => {
      const id = uuidv7(nowMs);
      expect([isUuid(id), id[14], Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)]).toEqual([true, '7', nowMs]);
    }),
  );
});

test('UUIDv7s sort by time, as text', () => {
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      if (a !== b) expect(uuidv7(a) < uuidv7(b)).toBe(a < b);
    }),
  );
});

test('two of one millisecond differ', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => uuidv7(0))).size).toBe(1_000);
});

test('the time is now where none is given', () => {
  const before = uuidv7(Date.now() - 1);
  const id = uuidv7();
  expect(before < id && id < uuidv7(Date.now() + 1)).toBe(true);
});

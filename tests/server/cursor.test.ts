import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../domain/errors.js';
import { decodeCursor, encodeCursor, pageOf } from '../../server/cursor.js';

const id = '0198c1f0-0000-7000-8000-000000000001';
const anyTime = fc.date({ min: new Date(0), max: new Date('9998-12-31'), noInvalidDate: true });

describe('a cursor', () => {
  test('leads back to its place, and fits into a URL as it is', () => {
    fc.assert(
      fc.property(anyTime, fc.uuid(), (at, place) => {
        const text = encodeCursor({ at, id: place });
        expect(decodeCursor(text)).toEqual({ at, id: place });
        expect(encodeURIComponent(text)).toBe(text);
      }),
    );
  });

  test('that is not given is before everything', () => {
    const start = decodeCursor(undefined);
    fc.assert(
      fc.property(anyTime, fc.uuid(), (at, place) => {
        expect(start.at > at).toBe(true);
        expect(start.id >= place).toBe(true);
      }),
    );
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('hello').toString('base64url')],
    ['another value', encoded({ at: 1, id })],
    ['a time that is text', encoded(['1', id])],
    ['a time that is no whole number', encoded([1.5, id])],
    ['an id that is none', encoded([1, "' or 1=1"])],
    ['too much', encoded([1, id, 2])],
    ['too little', encoded([1])],
    ['a time beyond all dates', encoded([Number.MAX_SAFE_INTEGER, id])],
    ['a time before all messages', encoded([-1, id])],
  ])('that is %s is refused, with what to do instead', (_what, text) => {
    let problem: unknown;
    try {
      decodeCursor(text);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(Problem);
    const message = 'is not a cursor of this list: use nextCursor of the page before, or leave it out';
    expect(problem).toMatchObject({
      code: 'invalid_request',
      message: `cursor ${message}`,
      extra: { errors: [{ field: 'cursor', message }] },
    });
  });
});

describe('pages', () => {
  interface Item {
    at: Date;
    id: string;
  }

  /** A list, newest first, as the database gives it: one more than the page, where there is one. */
  const fetchAfter = (items: Item[], cursor: string | undefined, limit: number) => {
    const { at, id: after } = decodeCursor(cursor);
    const isOlder = (item: Item) => item.at < at || (item.at.getTime() === at.getTime() && item.id < after);
    return items.filter(isOlder).slice(0, limit + 1);
  };

  test('show every item once, in order, however large they are', () => {
    const items = fc
      .uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms)), id: fc.uuid() }), {
        maxLength: 12,
        selector: (item) => item.id,
      })
      .map((list) => list.sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1)));
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 5 }), (list, limit) => {
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let fetched = 0; fetched <= list.length; fetched += 1) {
          const { data, nextCursor } = pageOf(
            fetchAfter(list, cursor, limit),
            limit,
            (item) => item,
            (item) => item.id,
          );
          expect(data.length).toBeLessThanOrEqual(limit);
          seen.push(...data);
          if (nextCursor === null) break;
          expect(data).toHaveLength(limit);
          cursor = nextCursor;
        }
        expect(seen).toEqual(list.map((item) => item.id));
      }),
    );
  });

  test('end where nothing follows', () => {
    const item = { at: new Date(5), id };
    const view = ({ id: shown }: Item) => shown;
    expect(pageOf([item], 1, (place) => place, view)).toEqual({ data: [id], nextCursor: null });
    expect(pageOf([item, item], 1, (place) => place, view)).toEqual({ data: [id], nextCursor: encodeCursor(item) });
    expect(pageOf<Item, string>([], 1, (place) => place, view)).toEqual({ data: [], nextCursor: null });
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../domain/errors.js';
import { type Cursor, Cursors, newestFirst } from '../../server/cursor.js';

const id = '019aaaaa-0000-7000-8000-00000000000a';
const key = Buffer.alloc(32, 1);
const cursors = new Cursors(key, 'messages');
const place = fc.record({ at: fc.date({ noInvalidDate: true, min: new Date(0), max: newestFirst.at }), id: fc.uuid() });

describe('a cursor', () => {
  test('means the place it was made of, whatever place that is', () => {
    fc.assert(fc.property(place, (one) => expect(cursors.decode(cursors.encode(one))).toEqual(one)));
    expect(cursors.decode(cursors.encode(newestFirst))).toEqual(newestFirst);
  });

  test('that is left out means the beginning', () => {
    expect(cursors.decode(undefined)).toEqual(newestFirst);
    const oldest = { at: new Date(0), id };
    expect(cursors.decode(undefined, oldest)).toEqual(oldest);
  });

  const good = cursors.encode({ at: new Date(5), id });
  const changed = (index: number) => {
    const bytes = Buffer.from(good, 'base64url');
    bytes[index] = (bytes[index] as number) ^ 1;
    return bytes.toString('base64url');
  };
  test.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['made up', Buffer.from(JSON.stringify([1, id])).toString('base64url')],
    ['changed in its time', changed(7)],
    ['changed in its id', changed(20)],
    ['changed in its signature', changed(39)],
    ['too short', good.slice(0, -4)],
    ['too long', `${good}AAAA`],
    ['of another list', new Cursors(key, 'conversations').encode({ at: new Date(5), id })],
    ['of another workspace', new Cursors(Buffer.alloc(32, 2), 'messages').encode({ at: new Date(5), id })],
  ])('that is %s is refused, with what to do instead', (_what, text) => {
    const message = 'is not a cursor of this list: use nextCursor of the page before, or leave it out';
    let problem: unknown;
    try {
      cursors.decode(text);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({
      code: 'invalid_cursor',
      status: 400,
      message: `cursor ${message}`,
      extra: { errors: [{ field: 'cursor', message }] },
    });
  });
});

describe('pages', () => {
  /** A list, newest first, as the database gives it: one more than the page, where there is one. */
  const fetchAfter = (items: Cursor[], cursor: string | undefined, limit: number) => {
    const { at, id: after } = cursors.decode(cursor);
    const isOlder = (item: Cursor) => item.at < at || (item.at.getTime() === at.getTime() && item.id < after);
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
          const { data, nextCursor } = cursors.page(
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
    const view = ({ id: shown }: Cursor) => shown;
    expect(cursors.page([item], 1, (one) => one, view)).toEqual({ data: [id], nextCursor: null });
    expect(cursors.page([item, item], 1, (one) => one, view)).toEqual({ data: [id], nextCursor: cursors.encode(item) });
    expect(cursors.page<Cursor, string>([], 1, (one) => one, view)).toEqual({ data: [], nextCursor: null });
  });
});

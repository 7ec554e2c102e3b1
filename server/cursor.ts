import { z } from 'zod';
import { Problem } from '../domain/errors.js';
import { uuid } from './requestSchemas.js';

/** A place in a list that is ordered by time and id, newest first. */
export interface Cursor {
  at: Date;
  id: string;
}

const end: Cursor = { at: new Date(Date.UTC(9999, 0)), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const content = z.tuple([z.number().int().min(0).max(end.at.getTime()), uuid]);

export function encodeCursor({ at, id }: Cursor): string {
  return Buffer.from(JSON.stringify([at.getTime(), id])).toString('base64url');
}

/** The place a cursor means; without one, before everything. Throws the problem `invalid_request`. */
export function decodeCursor(text: string | undefined): Cursor {
  if (text === undefined) return end;
  try {
    const [at, id] = content.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { at: new Date(at), id };
  } catch {
    const message = 'is not a cursor of this list: use nextCursor of the page before, or leave it out';
    throw new Problem('invalid_request', `cursor ${message}`, { errors: [{ field: 'cursor', message }] });
  }
}

/** One page and where the next begins; `fetched` has one item more than the page where there is a next. */
export function pageOf<T, V>(
  fetched: T[],
  limit: number,
  placeOf: (item: T) => Cursor,
  view: (item: T) => V,
): { data: V[]; nextCursor: string | null } {
  const shown = fetched.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(view), nextCursor: fetched.length > limit && last ? encodeCursor(placeOf(last)) : null };
}

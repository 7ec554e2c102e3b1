import { Problem } from '../domain/errors.js';
import { cursorMacBytes } from '../domain/historyLimits.js';
import { uuidFromHex } from '../domain/ids.js';
import { equalBytes, hmac } from '../platform/crypto.js';
import type { Services } from './services.js';

/** A place in a list that is ordered by time and id. */
export interface Cursor {
  at: Date;
  id: string;
}

/** Before everything in a list that begins with the newest. */
export const newestFirst: Cursor = { at: new Date(Date.UTC(9999, 0)), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/**
 * Cursors of one list of one workspace: a place, as text that only we can have made. It is signed by a key of the workspace, so
 * that one that was made up, was changed, or is of another workspace or list means nothing.
 */
export class Cursors {
  /** @param key of the workspace, for cursors */
  constructor(
    private readonly key: Buffer,
    private readonly list: string,
  ) {}

  encode({ at, id }: Cursor): string {
    const place = Buffer.alloc(placeBytes);
    place.writeBigInt64BE(BigInt(at.getTime()));
    place.write(id.replaceAll('-', ''), timeBytes, 'hex');
    return Buffer.concat([place, this.macOf(place)]).toString('base64url');
  }

  /** The place a cursor means; without one, the beginning. Throws the problem `invalid_cursor`. */
  decode(text: string | undefined, beginning: Cursor = newestFirst): Cursor {
    if (text === undefined) return beginning;
    const bytes = Buffer.from(text, 'base64url');
    const place = bytes.subarray(0, placeBytes);
    if (bytes.length !== placeBytes + cursorMacBytes || !equalBytes(bytes.subarray(placeBytes), this.macOf(place))) throw invalid();
    return { at: new Date(Number(place.readBigInt64BE())), id: uuidFromHex(place.toString('hex', timeBytes)) };
  }

  /** One page and where the next begins; `fetched` has one item more than the page where there is a next. */
  page<T, V>(fetched: T[], limit: number, placeOf: (item: T) => Cursor, view: (item: T) => V): { data: V[]; nextCursor: string | null } {
    const shown = fetched.slice(0, limit);
    const last = shown.at(-1);
    return { data: shown.map(view), nextCursor: fetched.length > limit && last ? this.encode(placeOf(last)) : null };
  }

  private macOf(place: Uint8Array): Buffer {
    return hmac(this.key, this.list, Buffer.from(place).toString('hex')).subarray(0, cursorMacBytes);
  }
}

const timeBytes = 8;
const placeBytes = timeBytes + 16;

function invalid(): Problem {
  const message = 'is not a cursor of this list: use nextCursor of the page before, or leave it out';
  return new Problem('invalid_cursor', `cursor ${message}`, { errors: [{ field: 'cursor', message }] });
}

/** The cursors of a list; `list` names it. */
export async function cursorsOf({ workspaces }: Pick<Services, 'workspaces'>, workspaceId: string, list: string): Promise<Cursors> {
  const { keys } = await workspaces.get(workspaceId);
  return new Cursors(keys.cursor, list);
}

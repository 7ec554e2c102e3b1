import { historyScanMax, historySpanMs, historyStepsMax } from '../domain/historyLimits.js';
import type { Direction } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Readable } from './contents.js';
import { type HistoryPlace, historyStatements } from './historyStatements.js';
import { type MessageRow, openMessages, type StoredMessage } from './messages.js';

/** Which messages of a workspace are meant. All conditions must hold; one that is absent holds for all. */
export interface HistoryQuery {
  workspaceId: string;
  conversationId?: string | undefined;
  statuses?: MessageStatus[] | undefined;
  direction?: Direction | undefined;
  campaign?: string | undefined;
  /** Sent by this sender, or come in to it: its id, and its number or SID. */
  sender?: { id: string; address: string } | undefined;
  /** Words of its text, as storage/wordHash.ts has them; found only where the workspace gathers those. */
  words?: string[] | undefined;
  /** Stored not before. */
  since?: Date | undefined;
}

/** Some messages, the newest first, and where to go on; null where a source has no more. */
export interface HistoryPage {
  messages: StoredMessage[];
  next: HistoryPlace | null;
}

/** Messages before a place: of the tables here, or of wherever else they lie when they are old. */
export type HistorySource = (query: HistoryQuery, before: HistoryPlace, limit: number) => Promise<HistoryPage>;

/** After the last id: a place that includes every message of its moment. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const placeOf = ({ created_at: at, id }: { created_at: Date; id: string }): HistoryPlace => ({ at, id });

/**
 * Messages of the tables before a place, the newest first, at most `limit`. Each statement walks one index over the weeks of a
 * bounded span and looks at a bounded number of rows; a few of them serve one call. So a page may be short, even empty, and say
 * where to go on all the same: only `next: null` is the end.
 */
export function hotHistory({ database, contents }: Readable): HistorySource {
  return async (query, before, limit) => {
    const { workspaceId, since } = query;
    const statements = historyStatements(query);
    const messages: StoredMessage[] = [];
    let place = before;
    for (let step = 0; step < historyStepsMax; step++) {
      const floor = new Date(Math.max(Math.min(place.at.getTime(), Date.now()) - historySpanMs, since?.getTime() ?? 0));
      const wanted = limit - messages.length;
      // Where every row fits, no more are looked at than are wanted.
      const scanned = statements.filters ? historyScanMax : wanted;
      const span = statements.spanValues({ floor, before: place, scanned });
      const rows = await database.forWorkspace<MessageRow>(workspaceId, statements.page, [...span, ...statements.filterValues, wanted]);
      messages.push(...(await openMessages(contents, rows)));
      const last = rows.at(-1);
      if (rows.length >= wanted && last) return { messages, next: placeOf(last) };

      const [end] = await database.forWorkspace<{ created_at: Date; id: string }>(workspaceId, statements.end, span);
      if (end) {
        place = placeOf(end);
        continue;
      }
      // Nothing is left down to the floor: on with the next that is older, however far away.
      const [older] = await database.forWorkspace<{ created_at: Date }>(workspaceId, statements.older, span.slice(0, 3));
      if (!older || (since && older.created_at < since)) return { messages, next: null };
      place = { at: older.created_at, id: lastId };
    }
    return { messages, next: place };
  };
}

import { nilUuid } from '../domain/ids.js';
import type { HistoryQuery } from '../storage/history.js';
import { reading } from './archiveProblems.js';
import { type Cursors, cursorsOf } from './cursor.js';
import { type MessageView, viewOf } from './messageView.js';
import type { Services } from './services.js';
import { wordHashesOf } from './wordHashesOf.js';

/** Everything that may be asked of the history, as the query of a request says it. */
export interface HistoryRequest extends Omit<HistoryQuery, 'workspaceId' | 'words'> {
  /** Words of the text, as domain/searchWords.ts has them. */
  words?: string[] | undefined;
  /** Stored before. */
  until?: Date | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * One page of a workspace's messages, the newest first. It may be short, or empty, where few messages fit: `nextCursor` says
 * where to go on, and null that nothing is left. Throws Problem: `invalid_cursor`, `word_search_off`, `archive_unavailable`,
 * `archive_damaged`.
 */
export class HistoryReader {
  constructor(private readonly services: Services) {}

  async page(
    workspaceId: string,
    { limit, cursor, until, words, ...query }: HistoryRequest,
  ): Promise<{ data: MessageView[]; nextCursor: string | null }> {
    const cursors: Cursors = await cursorsOf(this.services, workspaceId, query.conversationId ?? 'messages');
    // Nothing is of that very moment: the id is before all others.
    const beginning = until && { at: until, id: nilUuid };
    const before = cursors.decode(cursor, beginning);
    const hashed = words && (await wordHashesOf(this.services, workspaceId, words));
    const asked = { workspaceId, ...query, words: hashed };
    const { messages, next } = await reading(() => this.services.history.page(asked, before, limit));
    return { data: messages.map(viewOf), nextCursor: next && cursors.encode(next) };
  }
}

import { type HistoryQuery, type HistorySource, historyOf, hotHistory } from '../storage/history.js';
import { type Cursors, cursorsOf } from './cursor.js';
import { type MessageView, viewOf } from './messageView.js';
import type { Services } from './services.js';

/** Everything that may be asked of the history, as the query of a request says it. */
export interface HistoryRequest extends Omit<HistoryQuery, 'workspaceId'> {
  /** Stored before. */
  until?: Date | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * One page of a workspace's messages, the newest first. It may be short, or empty, where few messages fit: `nextCursor` says
 * where to go on, and null that nothing is left. Throws Problem `invalid_cursor`.
 */
export class HistoryReader {
  private readonly read: HistorySource;

  constructor(private readonly services: Services) {
    this.read = historyOf([hotHistory(services.database)]);
  }

  async page(
    workspaceId: string,
    { limit, cursor, until, ...query }: HistoryRequest,
  ): Promise<{ data: MessageView[]; nextCursor: string | null }> {
    const cursors: Cursors = await cursorsOf(this.services, workspaceId, query.conversationId ?? 'messages');
    // Nothing is of that very moment: the id is before all others.
    const beginning = until && { at: until, id: firstId };
    const { messages, next } = await this.read({ workspaceId, ...query }, cursors.decode(cursor, beginning), limit);
    return { data: messages.map(viewOf), nextCursor: next && cursors.encode(next) };
  }
}

const firstId = '00000000-0000-0000-0000-000000000000';

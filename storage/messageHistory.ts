import type { MessageEvent } from '../domain/events.js';
import type { Archive } from './archive/archive.js';
import { type ArchiveWeek, coldWeeks } from './archive/archiveWeeks.js';
import type { Readable } from './contents.js';
import { type HistoryPage, type HistoryQuery, hotHistory } from './history.js';
import type { HistoryPlace } from './historyStatements.js';
import { eventsFromRows, eventsOfMessage } from './messageEvents.js';
import { findKey } from './messageKeys.js';
import { coldMessagesOfConversation, messagesFromRows, readMessage, type StoredMessage, type StoredRef } from './messages.js';
import { receiptsFromRows, receiptsOfMessage, type StoredReceipt } from './receipts.js';
import { attemptsFromRows, attemptsOfMessage, type StoredAttempt } from './sendAttempts.js';

/** Some place where older messages of a conversation lie, the newest first. */
interface Source {
  /** None of them is younger, epoch milliseconds. */
  endMs: number;
  read(before: HistoryPlace, limit: number): Promise<StoredMessage[]>;
}

/** Weeks that lie in tables of their own, as they do before they are archived and after they were restored. */
const liesInTables = ({ state }: ArchiveWeek) => state !== 'archived' && state !== 'restoring';

/**
 * Messages wherever they lie: in the hot tables, in a week that is on its way into the archive, or there. The hot tables are
 * read first and the record of weeks after them: a week that leaves in between is found in both, never in neither. What was
 * read of a week that moved on meanwhile is read again.
 */
export class MessageHistory {
  constructor(
    private readonly readable: Readable,
    private readonly archive: Archive,
  ) {}

  /**
   * Messages that fit before a place, the newest first, at most `limit`. A conversation goes on where its weeks lie elsewhere;
   * what is asked of a whole workspace ends with the hot tables.
   */
  async page(query: HistoryQuery, before: HistoryPlace, limit: number): Promise<HistoryPage> {
    const { workspaceId, conversationId, words } = query;
    const hot = await hotHistory(this.readable)(query, before, limit);
    // Words are kept of what is in the hot tables.
    if (conversationId === undefined || words) return hot;
    // A week that is older than all that was looked at is for a later page; one that was held may be older than another's.
    const from = hot.next?.at ?? query.since ?? new Date(0);
    return this.settled(workspaceId, { from, to: before.at, conversationId }, async (weeks) => {
      if (weeks.length === 0) return hot;
      let found = hot.messages;
      const sources = [
        ...(weeks.some(liesInTables) ? [this.coldTables(workspaceId, conversationId)] : []),
        ...weeks.filter((week) => !liesInTables(week)).map((week) => this.archived(week, workspaceId, conversationId)),
      ];
      let all = true;
      for (const { endMs, read } of sources) {
        // Enough that is younger than all of this week.
        const enough = found.at(limit - 1);
        if (enough && enough.createdAt.getTime() >= endMs) {
          all = false;
          break;
        }
        const fitting = (await gathered(read, query, before, limit)).filter((message) => isFrom(hot.next, message));
        found = newest([...found, ...fitting], limit + 1);
      }
      const messages = found.slice(0, limit);
      const last = messages.at(-1);
      if (last && messages.length === limit && (found.length > limit || !all)) return { messages, next: placeOf(last) };
      return { messages, next: hot.next };
    });
  }

  /** One message by its id, or undefined. */
  async find(workspaceId: string, messageId: string): Promise<StoredMessage | undefined> {
    const key = await findKey(this.readable.database, workspaceId, messageId);
    return key && this.read(key);
  }

  /** One message by its key, or undefined. */
  async read(ref: StoredRef): Promise<StoredMessage | undefined> {
    return (await readMessage(this.readable, ref)) ?? this.readCold(ref);
  }

  /** All steps of one message's life that are kept, oldest first. */
  async eventsOf(message: StoredMessage): Promise<MessageEvent[]> {
    const { workspaceId, id, conversationId, createdAt, updatedAt } = message;
    const hot = await eventsOfMessage(this.readable.database, workspaceId, id);
    return this.settled(workspaceId, { from: createdAt, to: updatedAt }, async (weeks) => {
      const found = new Map(hot.map((event) => [event.seq, event]));
      const add = (events: MessageEvent[]) => events.forEach((event) => void found.set(event.seq, event));
      if (weeks.some(liesInTables)) add(await eventsOfMessage(this.readable.database, workspaceId, id, 'cold'));
      for (const week of weeks.filter((one) => !liesInTables(one))) {
        const rows = await this.archive.rowsAt(week, 'message_event', [workspaceId, conversationId]);
        add(await eventsFromRows(this.readable.database, workspaceId, id, rows));
      }
      return [...found.values()].sort((a, b) => a.seq - b.seq);
    });
  }

  /** All attempts of one message, oldest first. */
  async attemptsOf({ workspaceId, id, conversationId, createdAt }: StoredMessage): Promise<StoredAttempt[]> {
    const hot = await attemptsOfMessage(this.readable.database, workspaceId, id);
    if (hot.length > 0) return hot;
    return this.settled(workspaceId, { from: createdAt, to: createdAt }, async ([week]) => {
      if (!week) return hot;
      if (liesInTables(week)) return attemptsOfMessage(this.readable.database, workspaceId, id, 'cold');
      return attemptsFromRows(
        this.readable.database,
        workspaceId,
        id,
        await this.archive.rowsAt(week, 'send_attempt', [workspaceId, conversationId]),
      );
    });
  }

  /** All receipts of one message, oldest first. */
  async receiptsOf({ workspaceId, id, createdAt, updatedAt }: StoredMessage): Promise<StoredReceipt[]> {
    const { database } = this.readable;
    const hot = await receiptsOfMessage(database, workspaceId, id);
    return this.settled(workspaceId, { from: createdAt, to: updatedAt }, async (weeks) => {
      const found = [...(weeks.some(liesInTables) ? await receiptsOfMessage(database, workspaceId, id, 'cold') : []), ...hot];
      for (const week of weeks.filter((one) => !liesInTables(one))) {
        const rows = await this.archive.rowsAt(week, 'callback_receipt', [workspaceId, id]);
        found.push(...(await receiptsFromRows(database, workspaceId, id, rows)));
      }
      return found.sort((a, b) => a.at.getTime() - b.at.getTime());
    });
  }

  private coldTables(workspaceId: string, conversationId: string): Source {
    const read: Source['read'] = (place, limit) => coldMessagesOfConversation(this.readable, workspaceId, conversationId, place, limit);
    return { endMs: Number.POSITIVE_INFINITY, read };
  }

  private archived(week: ArchiveWeek, workspaceId: string, conversationId: string): Source {
    const read: Source['read'] = async (place, limit) => {
      const rows = await this.archive.messagesBefore(week, [workspaceId, conversationId], place, limit);
      return newest(await messagesFromRows(this.readable, workspaceId, rows), limit);
    };
    return { endMs: week.endMs, read };
  }

  private async readCold(ref: StoredRef): Promise<StoredMessage | undefined> {
    const { workspaceId, messageId, createdAtMs } = ref;
    const at = new Date(createdAtMs);
    return this.settled(workspaceId, { from: at, to: at }, async ([week]) => {
      if (!week) return undefined;
      if (liesInTables(week)) return readMessage(this.readable, ref, 'cold');
      const row = await this.archive.messageAt(week, workspaceId, createdAtMs, messageId);
      return row === undefined ? undefined : (await messagesFromRows(this.readable, workspaceId, [row]))[0];
    });
  }

  /** Reads what weeks of a span have; again, where one of them has left its tables since. */
  private async settled<T>(
    workspaceId: string,
    span: { from: Date; to: Date; conversationId?: string },
    read: (weeks: ArchiveWeek[]) => Promise<T>,
  ): Promise<T> {
    const look = () => coldWeeks(this.readable.database, workspaceId, span);
    for (let weeks = await look(); ; ) {
      const result = await read(weeks).catch(async (error: unknown) => {
        // Objects of a writing that was replaced meanwhile are gone.
        if (isSame(weeks, await look())) throw error;
        return undefined;
      });
      const now = weeks.some(liesInTables) || result === undefined ? await look() : weeks;
      if (isSame(weeks, now)) return result as T;
      weeks = now;
    }
  }
}

const isSame = (some: ArchiveWeek[], others: ArchiveWeek[]) =>
  some.length === others.length &&
  some.every(({ week, state, generation }, index) => {
    const other = others[index] as ArchiveWeek;
    return other.week === week && other.state === state && other.generation === generation;
  });

const placeOf = ({ createdAt, id }: StoredMessage): HistoryPlace => ({ at: createdAt, id });

/** Whether a message is at a place or younger; all are where there is none. */
function isFrom(place: HistoryPlace | null, { createdAt, id }: StoredMessage): boolean {
  if (!place || createdAt > place.at) return true;
  return createdAt.getTime() === place.at.getTime() && id >= place.id;
}

function fits({ statuses, direction, campaign, sender, since }: HistoryQuery, message: StoredMessage): boolean {
  return (
    (!statuses || statuses.includes(message.status)) &&
    (direction === undefined || message.direction === direction) &&
    (campaign === undefined || message.campaign === campaign) &&
    (!sender || sender.address === (message.direction === 'inbound' ? message.to : message.from)) &&
    (!since || message.createdAt >= since)
  );
}

/** Messages of one source that fit, one more than `limit`, or all. */
async function gathered(read: Source['read'], query: HistoryQuery, before: HistoryPlace, limit: number): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  for (let place = before; ; ) {
    const some = await read(place, limit + 1);
    found.push(...some.filter((message) => fits(query, message)));
    const last = some.at(-1);
    if (found.length > limit || some.length <= limit || !last || (query.since && last.createdAt < query.since)) return found;
    place = placeOf(last);
  }
}

/** The newest of some, each once. */
function newest(messages: StoredMessage[], limit: number): StoredMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1)).slice(0, limit);
}

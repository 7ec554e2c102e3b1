import type { InboundConsent } from '../domain/consent.js';
import type { MessageEvent } from '../domain/events.js';
import { eventsPerFollowMax } from '../domain/limits.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import type { Shelf } from './messages.js';

/**
 * The tail of every statement that changes messages: stores one event for each row of the CTE `source`, in the same
 * transaction, with the workspace's next numbers. `source` must have the columns workspace_id, contact_id, message_id,
 * direction, status, attempt, provider_message_id, error_code, error_message, facts (storage/messageFacts.ts) and n (the
 * order); for conversations that may be new also contact_contents (its number, sealed) and message_created_at; for `inbound` messages also consent.
 *
 * The sequence rows are locked in order of workspace, and before the contacts, by every statement: no deadlock, and
 * numbers become visible in the order in which they were given.
 */
export function appendEvents(source: string, conversation: 'exists' | 'may be new', of: 'outbound' | 'inbound' = 'outbound'): string {
  const inbound = (columns: string) => (of === 'inbound' ? columns : '');
  // Who writes wants an answer: what was closed is open again, and unread.
  const upsert = `
    insert into contact as c (workspace_id, id, contents, last_message_at, last_seq${inbound(', inbound_seq')})
    select workspace_id, contact_id, (array_agg(contact_contents))[1], max(message_created_at), max(seq)${inbound(', max(seq)')}
    from numbered group by workspace_id, contact_id order by workspace_id, contact_id
    on conflict (workspace_id, id) do update set prev_seq = c.last_seq, last_seq = excluded.last_seq,
      -- What another key has sealed (bytes 2 to 5 name it) can't be opened any more. One of before there were keys keeps its number
      -- readable until that is sealed with its name.
      contents = case when c.phone_number is null and excluded.contents is not null
        and substr(c.contents, 2, 4) is distinct from substr(excluded.contents, 2, 4) then excluded.contents else c.contents end,
      ${inbound('inbound_seq = excluded.last_seq, closed_at = null,')}
      last_message_at = greatest(c.last_message_at, excluded.last_message_at)`;
  const update = `
    update contact c set prev_seq = c.last_seq, last_seq = e.seq
    from (select workspace_id, contact_id, max(seq) as seq from numbered group by workspace_id, contact_id) e
    where c.workspace_id = e.workspace_id and c.id = e.contact_id`;
  return `
  numbers as (
    insert into workspace_sequence as s (workspace_id, last_seq)
    select workspace_id, count(*) from ${source} group by workspace_id order by workspace_id
    on conflict (workspace_id) do update set last_seq = s.last_seq + excluded.last_seq
    returning s.workspace_id, s.last_seq
  ), numbered as (
    select e.*, n.last_seq - count(*) over (partition by e.workspace_id)
      + row_number() over (partition by e.workspace_id order by e.n) as seq
    from ${source} e join numbers n using (workspace_id)
  ), conversations as (${conversation === 'exists' ? update : upsert}
    returning c.workspace_id, c.id as contact_id, c.prev_seq
  ), events as (
    insert into message_event (workspace_id, seq, prev_seq, created_at, message_id, contact_id, direction, status, attempt,
      provider_message_id, error_code, error_message, facts${inbound(', consent')})
    select e.workspace_id, e.seq, coalesce(lag(e.seq) over (partition by e.workspace_id, e.contact_id order by e.seq), c.prev_seq),
      date_trunc('milliseconds', now()), e.message_id, e.contact_id, e.direction, e.status, e.attempt, e.provider_message_id,
      e.error_code, e.error_message, e.facts${inbound(', e.consent')}
    from numbered e join conversations c using (workspace_id, contact_id)
  )`;
}

// In order of the column, not of what it is read as: only that order an index has.
const columns = `workspace_id, seq::float8 as seq, prev_seq::float8 as prev, created_at, message_id, contact_id, direction, status, attempt,
  provider_message_id, error_code, error_message, consent`;

interface EventRow extends Record<string, unknown> {
  workspace_id: string;
  seq: number;
  prev: number;
  created_at: Date;
  message_id: string;
  contact_id: string;
  direction: 'outbound' | 'inbound';
  status: MessageStatus;
  attempt: number;
  provider_message_id: string | null;
  error_code: string | null;
  error_message: string | null;
  consent: InboundConsent | null;
}

function toEvent(row: EventRow): MessageEvent {
  return {
    workspaceId: row.workspace_id,
    conversationId: row.contact_id,
    messageId: row.message_id,
    seq: row.seq,
    prev: row.prev,
    status: row.status,
    direction: row.direction,
    attempt: row.attempt,
    providerMessageId: row.provider_message_id,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    consent: row.consent,
    at: row.created_at.toISOString(),
  };
}

const lastSequencesStatement: Statement = {
  name: 'last_sequences',
  text: 'select workspace_id, last_seq::float8 as last_seq from workspace_sequence where workspace_id = any($1::uuid[])',
};

/** The number of the newest event of each workspace that has one. */
export async function lastSequences(database: Database, workspaceIds: string[]): Promise<Map<string, number>> {
  const rows = await database.forWorkspaces<{ workspace_id: string; last_seq: number }>(workspaceIds, lastSequencesStatement, [
    workspaceIds,
  ]);
  return new Map(rows.map((row) => [row.workspace_id, row.last_seq]));
}

/** Events that a condition matches, oldest first. By the bound that is no parameter Postgres knows that few are wanted, and stops there. */
const page = (condition: string, limit: string) =>
  `select * from (select ${columns} from message_event e where ${condition} order by e.seq limit ${eventsPerFollowMax}) page limit ${limit}`;

const eventsAfterStatement: Statement = {
  name: 'events_after',
  text: page('e.workspace_id = $1 and e.seq > $2', '$3'),
};

/** A workspace's events after number `seq`, oldest first, at most `limit`, and at most `eventsPerFollowMax`. */
export async function eventsAfter(database: Database, workspaceId: string, seq: number, limit: number): Promise<MessageEvent[]> {
  return (await database.forWorkspace<EventRow>(workspaceId, eventsAfterStatement, [workspaceId, seq, limit])).map(toEvent);
}

const conversationEventsStatement: Statement = {
  name: 'conversation_events_after',
  text: page('e.workspace_id = $1 and e.contact_id = $2 and e.seq > $3', '$4'),
};

/** A conversation's events after number `seq`, oldest first, at most `limit`, and at most `eventsPerFollowMax`. */
export async function conversationEventsAfter(
  database: Database,
  workspaceId: string,
  conversationId: string,
  seq: number,
  limit: number,
): Promise<MessageEvent[]> {
  return (await database.forWorkspace<EventRow>(workspaceId, conversationEventsStatement, [workspaceId, conversationId, seq, limit])).map(
    toEvent,
  );
}

const ofMessageText = (source: string) =>
  `select ${columns} from ${source} e where e.workspace_id = $1 and e.message_id = $2 order by e.seq`;
const ofMessage: Record<Shelf, Statement> = {
  hot: { name: 'events_of_message', text: ofMessageText('message_event') },
  cold: { name: 'events_of_message_cold', text: ofMessageText('message_event_cold') },
};
const ofArchived: Statement = {
  name: 'archived_events_of_message',
  text: ofMessageText('jsonb_populate_recordset(null::message_event, $3::jsonb)'),
};

/** All steps of one message's life, oldest first. */
export async function eventsOfMessage(
  database: Database,
  workspaceId: string,
  messageId: string,
  shelf: Shelf = 'hot',
): Promise<MessageEvent[]> {
  return (await database.forWorkspace<EventRow>(workspaceId, ofMessage[shelf], [workspaceId, messageId])).map(toEvent);
}

/** The same of archived rows of its conversation, given as JSON. */
export async function eventsFromRows(database: Database, workspaceId: string, messageId: string, rows: string[]): Promise<MessageEvent[]> {
  if (rows.length === 0) return [];
  return (await database.forWorkspace<EventRow>(workspaceId, ofArchived, [workspaceId, messageId, `[${rows.join(',')}]`])).map(toEvent);
}

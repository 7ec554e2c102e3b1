import type { Category, MessageError, OutboundMessage } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Priority } from '../domain/priority.js';
import type { Encoding } from '../domain/segments.js';
import type { Database, Statement } from '../platform/database.js';
import { appendEvents } from './messageEvents.js';

/** A message as people and programs see it. */
export interface StoredMessage {
  workspaceId: string;
  id: string;
  conversationId: string;
  direction: 'outbound' | 'inbound';
  to: string;
  from: string;
  body: string;
  mediaUrls: string[];
  metadata: Record<string, string>;
  priority: Priority;
  category: Category;
  encoding: Encoding;
  segments: number;
  status: MessageStatus;
  generation: number;
  attempt: number;
  providerMessageId: string | null;
  error: MessageError | null;
  /** When it may leave at the earliest, where that is not at once. */
  sendAt: Date | null;
  validUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Where a message stood when a run of its workflow looked: new, or what an earlier run left. */
export interface PersistedMessage {
  createdAtMs: number;
  created: boolean;
  /** False where the id is taken by another payload: the row is left as it is. */
  samePayload: boolean;
  status: MessageStatus;
  generation: number;
  attempt: number;
  providerMessageId: string | null;
  /** Epoch milliseconds, as the row has them; null where it may leave at once. */
  sendAtMs: number | null;
  validUntilMs: number;
}

const persistStatement: Statement = {
  name: 'persist_messages',
  text: `
  with input as (
    select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::jsonb[],
        $10::text[], $11::smallint[], $12::integer[], $13::timestamptz[], $14::bigint[], $15::timestamptz[], $16::text[])
      with ordinality as i (workspace_id, message_id, payload_sha256, contact_id, phone_number, sender_id, priority, body, details,
        encoding, segments, generation, valid_until, accepted_at_us, send_at, category, n)
  ), fresh as (
    insert into message_key (workspace_id, message_id, created_at, payload_sha256)
    -- One conversation's messages of one batch get times of their own, so that history keeps their order.
    select workspace_id, message_id, date_trunc('milliseconds', now())
        + (row_number() over (partition by workspace_id, contact_id order by n) - 1) * interval '1 millisecond', payload_sha256
    from input order by workspace_id, message_id
    on conflict do nothing
    returning workspace_id, message_id, created_at
  ), born as (
    insert into message (workspace_id, created_at, id, contact_id, sender_id, priority, body, media_urls, metadata, encoding, segments,
      status, generation, valid_until, accepted_at, send_at, category, updated_at)
    select i.workspace_id, f.created_at, i.message_id, i.contact_id, i.sender_id, i.priority, i.body,
      array(select jsonb_array_elements_text(i.details -> 'mediaUrls')), i.details -> 'metadata', i.encoding, i.segments,
      case when i.send_at is null then 'queued' else 'scheduled' end, i.generation, i.valid_until,
      timestamptz 'epoch' + i.accepted_at_us * interval '1 microsecond', i.send_at, i.category, now()
    from fresh f join input i using (workspace_id, message_id)
    returning workspace_id, id as message_id, contact_id, direction, status, attempt, provider_message_id, error_code, error_message
  ), changed as (
    select b.*, i.phone_number, f.created_at as message_created_at, i.n
    from born b join input i using (workspace_id, message_id) join fresh f using (workspace_id, message_id)
  ), ${appendEvents('changed', 'may be new')}
  select f.created_at as fresh_at, k.created_at as known_at, k.payload_sha256 = i.payload_sha256 as same_payload,
    m.status, m.generation, m.attempt, m.provider_message_id, m.send_at, m.valid_until
  from input i
  left join fresh f using (workspace_id, message_id)
  left join message_key k using (workspace_id, message_id)
  left join message m on m.workspace_id = i.workspace_id and m.created_at = k.created_at and m.id = i.message_id
  order by i.n`,
};

interface PersistRow extends Record<string, unknown> {
  fresh_at: Date | null;
  known_at: Date | null;
  same_payload: boolean | null;
  status: MessageStatus | null;
  generation: number | null;
  attempt: number | null;
  provider_message_id: string | null;
  send_at: Date | null;
  valid_until: Date | null;
}

/** The row was being inserted by another run at this very moment: ask again. */
export class ConcurrentInsert extends Error {
  override name = 'ConcurrentInsert';
}

/**
 * Stores messages, once each: key, row, conversation and first event in one transaction. A message that is known is
 * left as it is and answered as it stands.
 */
export async function persistMessages(database: Database, messages: OutboundMessage[]): Promise<PersistedMessage[]> {
  const column = <T>(of: (message: OutboundMessage) => T) => messages.map(of);
  const rows = await database.forWorkspaces<PersistRow>(
    column((m) => m.workspaceId),
    persistStatement,
    [
      column((m) => m.workspaceId),
      column((m) => m.messageId),
      column((m) => Buffer.from(m.payloadHash, 'hex')),
      column((m) => m.contactId),
      column((m) => m.to),
      column((m) => m.senderId),
      column((m) => m.priority),
      column((m) => m.body),
      column((m) => JSON.stringify({ mediaUrls: m.mediaUrls, metadata: m.metadata })),
      column((m) => m.encoding),
      column((m) => m.segments),
      column((m) => m.generation),
      column((m) => new Date(m.validUntilMs)),
      column((m) => m.acceptedAtUs ?? null),
      column((m) => (m.sendAtMs === undefined ? null : new Date(m.sendAtMs))),
      column((m) => m.category ?? 'transactional'),
    ],
  );
  return rows.map((row, index) => {
    const message = messages[index] as OutboundMessage;
    const createdAt = row.fresh_at ?? row.known_at;
    if (!createdAt || (!row.fresh_at && !row.status)) throw new ConcurrentInsert(`message ${message.messageId} is being stored`);
    const sendAtMs = row.fresh_at ? message.sendAtMs : row.send_at?.getTime();
    return {
      createdAtMs: createdAt.getTime(),
      created: row.fresh_at !== null,
      samePayload: row.same_payload ?? true,
      status: row.status ?? (sendAtMs === undefined ? 'queued' : 'scheduled'),
      generation: row.generation ?? message.generation,
      attempt: row.attempt ?? 0,
      providerMessageId: row.provider_message_id,
      sendAtMs: sendAtMs ?? null,
      validUntilMs: row.valid_until?.getTime() ?? message.validUntilMs,
    };
  });
}

const recordStatement: Statement = {
  name: 'record_outcomes',
  text: `
  with input as (
    select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) with ordinality as i (workspace_id, message_id, created_at, n)
  ), recorded as (
    update message m set recorded_at = coalesce(m.recorded_at, now())
    from input i
    where m.workspace_id = i.workspace_id and m.created_at = i.created_at and m.id = i.message_id
    returning i.n, m.status, m.provider_message_id, m.error_code, m.error_message
  )
  select * from recorded order by n`,
};

/** A stored message by its key and the time that says in which partition it lies. */
export interface StoredRef {
  workspaceId: string;
  messageId: string;
  createdAtMs: number;
}

export interface RecordedOutcome {
  status: MessageStatus;
  providerMessageId: string | null;
  error: MessageError | null;
}

/** Marks messages as finished: they leave the index of open messages. Answers their final state; undefined for one that is gone. */
export async function recordOutcomes(database: Database, messages: StoredRef[]): Promise<(RecordedOutcome | undefined)[]> {
  const rows = await database.forWorkspaces<{
    n: string;
    status: MessageStatus;
    provider_message_id: string | null;
    error_code: string | null;
    error_message: string | null;
  }>(
    messages.map((m) => m.workspaceId),
    recordStatement,
    [messages.map((m) => m.workspaceId), messages.map((m) => m.messageId), messages.map((m) => new Date(m.createdAtMs))],
  );
  const answers: (RecordedOutcome | undefined)[] = messages.map(() => undefined);
  for (const row of rows) {
    answers[Number(row.n) - 1] = {
      status: row.status,
      providerMessageId: row.provider_message_id,
      error: errorOf(row.error_code, row.error_message),
    };
  }
  return answers;
}

function errorOf(code: string | null, message: string | null): MessageError | null {
  return code === null ? null : { code, message: message ?? '' };
}

const messageColumns = `m.workspace_id, m.id, m.contact_id, m.direction, c.phone_number as contact_number, s.phone_number as sender_number, m.body,
  m.media_urls, m.metadata, m.priority, m.category, m.encoding, m.segments, m.status, m.generation, m.attempt, m.provider_message_id, m.error_code,
  m.error_message, m.send_at, m.valid_until, m.created_at, m.updated_at`;
const messageParties = `
  join contact c on c.workspace_id = m.workspace_id and c.id = m.contact_id
  join sender s on s.workspace_id = m.workspace_id and s.id = m.sender_id`;

interface MessageRow extends Record<string, unknown> {
  workspace_id: string;
  id: string;
  contact_id: string;
  direction: 'outbound' | 'inbound';
  contact_number: string;
  sender_number: string;
  body: string;
  media_urls: string[];
  metadata: Record<string, string>;
  priority: Priority;
  category: Category;
  encoding: Encoding;
  segments: number;
  status: MessageStatus;
  generation: number;
  attempt: number;
  provider_message_id: string | null;
  error_code: string | null;
  error_message: string | null;
  send_at: Date | null;
  valid_until: Date | null;
  created_at: Date;
  updated_at: Date;
}

function toMessage(row: MessageRow): StoredMessage {
  const [to, from] = row.direction === 'outbound' ? [row.contact_number, row.sender_number] : [row.sender_number, row.contact_number];
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    conversationId: row.contact_id,
    direction: row.direction,
    to,
    from,
    body: row.body,
    mediaUrls: row.media_urls,
    metadata: row.metadata,
    priority: row.priority,
    category: row.category,
    encoding: row.encoding,
    segments: row.segments,
    status: row.status,
    generation: row.generation,
    attempt: row.attempt,
    providerMessageId: row.provider_message_id,
    error: errorOf(row.error_code, row.error_message),
    sendAt: row.send_at,
    validUntil: row.valid_until,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

const findStatement: Statement = {
  name: 'find_message',
  text: `select ${messageColumns}, k.payload_sha256 from message_key k
    join message m on m.workspace_id = k.workspace_id and m.created_at = k.created_at and m.id = k.message_id ${messageParties}
    where k.workspace_id = $1 and k.message_id = $2`,
};

/** One message with the SHA-256 of the request that made it, or undefined. */
export async function findMessage(
  database: Database,
  workspaceId: string,
  messageId: string,
): Promise<{ message: StoredMessage; payloadSha256: Buffer } | undefined> {
  const [row] = await database.forWorkspace<MessageRow & { payload_sha256: Buffer }>(workspaceId, findStatement, [workspaceId, messageId]);
  return row && { message: toMessage(row), payloadSha256: row.payload_sha256 };
}

const conversationStatement: Statement = {
  name: 'conversation_messages',
  text: `select ${messageColumns} from message m ${messageParties}
    where m.workspace_id = $1 and m.contact_id = $2 and m.created_at <= $3 and (m.created_at, m.id) < ($3, $4)
    order by m.created_at desc, m.id desc limit $5`,
};

/** A conversation's messages before a point in time, newest first, at most `limit`. */
export async function messagesOfConversation(
  database: Database,
  workspaceId: string,
  conversationId: string,
  before: { at: Date; id: string },
  limit: number,
): Promise<StoredMessage[]> {
  return (
    await database.forWorkspace<MessageRow>(workspaceId, conversationStatement, [workspaceId, conversationId, before.at, before.id, limit])
  ).map(toMessage);
}

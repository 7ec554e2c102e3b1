import type { MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import type { Readable } from './contents.js';
import { sealedContactOf, sealedMessageOf } from './messages.js';

export interface Conversation {
  id: string;
  /** The number is null where the contact was erased. */
  contact: { id: string; phoneNumber: string | null; name: string | null };
  lastMessageAt: Date;
  lastSeq: number;
  lastMessage: { id: string; body: string | null; direction: 'outbound' | 'inbound'; status: MessageStatus } | null;
}

interface ConversationRow extends Record<string, unknown> {
  workspace_id: string;
  id: string;
  contact_contents: Buffer | null;
  phone_number: string | null;
  name: string | null;
  last_message_at: Date;
  last_seq: number;
  message_id: string | null;
  contents: Buffer | null;
  body: string | null;
  direction: 'outbound' | 'inbound' | null;
  status: MessageStatus | null;
}

const listStatement: Statement = {
  name: 'conversations',
  text: `
  select c.workspace_id, c.id, c.contents as contact_contents, c.phone_number, c.name, c.last_message_at, c.last_seq::float8 as last_seq,
    m.id as message_id, m.contents, m.body, m.direction, m.status
  from contact c
  left join lateral (
    -- The newest message carries the time that the contact keeps: one partition is read, not all.
    select id, contents, body, direction, status from message
    where workspace_id = c.workspace_id and contact_id = c.id and created_at = c.last_message_at
    order by id desc limit 1
  ) m on true
  where c.workspace_id = $1 and c.last_message_at is not null and (c.last_message_at, c.id) < ($2, $3)
  order by c.last_message_at desc, c.id desc limit $4`,
};

/** Conversations by their newest message before a point in time, newest first, at most `limit`. */
export async function listConversations(
  { database, contents }: Readable,
  workspaceId: string,
  before: { at: Date; id: string },
  limit: number,
): Promise<Conversation[]> {
  const rows = await database.forWorkspace<ConversationRow>(workspaceId, listStatement, [workspaceId, before.at, before.id, limit]);
  const [contacts, messages] = await Promise.all([
    contents.open(rows.map((row) => sealedContactOf({ ...row, contact_id: row.id }))),
    contents.open(rows.map((row) => (row.message_id ? sealedMessageOf({ ...row, contact_id: row.id, id: row.message_id }) : null))),
  ]);
  return rows.map((row, place) => ({
    id: row.id,
    contact: {
      id: row.id,
      phoneNumber: contacts[place]?.phoneNumber ?? row.phone_number,
      name: contacts[place]?.name ?? row.name,
    },
    lastMessageAt: row.last_message_at,
    lastSeq: row.last_seq,
    lastMessage:
      row.message_id && row.direction && row.status
        ? { id: row.message_id, body: messages[place]?.body ?? row.body, direction: row.direction, status: row.status }
        : null,
  }));
}

const findStatement: Statement = {
  name: 'find_contact',
  text: 'select id, last_seq::float8 as last_seq from contact where workspace_id = $1 and id = $2',
};

/** The number of a conversation's newest event, or undefined where the workspace has no such conversation. */
export async function conversationSequence(database: Database, workspaceId: string, conversationId: string): Promise<number | undefined> {
  const [row] = await database.forWorkspace<{ last_seq: number }>(workspaceId, findStatement, [workspaceId, conversationId]);
  return row?.last_seq;
}

const lastSenderStatement: Statement = {
  name: 'last_sender',
  text: `
  select m.sender_id
  from contact c join lateral (
    select sender_id from message
    where workspace_id = $1 and contact_id = $2 and created_at = c.last_message_at
    order by id desc limit 1
  ) m on true
  where c.workspace_id = $1 and c.id = $2`,
};

/** The id of the sender by which a contact was written to, or wrote, last; undefined where there is no such message. */
export async function lastSenderOf(database: Database, workspaceId: string, contactId: string): Promise<string | undefined> {
  const [row] = await database.forWorkspace<{ sender_id: string | null }>(workspaceId, lastSenderStatement, [workspaceId, contactId]);
  return row?.sender_id ?? undefined;
}

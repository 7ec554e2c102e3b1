import type { MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import type { Readable } from './contents.js';
import { sealedContactOf, sealedMessageOf } from './messages.js';

export type ConversationStatus = 'open' | 'closed';

export interface Conversation {
  id: string;
  /** The number is null where the contact was erased. */
  contact: { id: string; phoneNumber: string | null; name: string | null };
  status: ConversationStatus;
  closedAt: Date | null;
  /** Whose it is. */
  assignee: { id: string; name: string } | null;
  /** Nobody of the workspace has read what came in last. */
  unread: boolean;
  /** The contact must not be written to: what is sent would be refused. */
  optedOut: boolean;
  lastMessageAt: Date;
  lastSeq: number;
  lastMessage: {
    id: string;
    body: string | null;
    /** How many days the workspace kept its text, where it was removed for that. */
    contentKeptDays: number | null;
    direction: 'outbound' | 'inbound';
    status: MessageStatus;
  } | null;
}

/** Which conversations are meant: those that fit all that is said. */
export interface ConversationFilter {
  status?: ConversationStatus | undefined;
  /** A person, or null for those that nobody has. */
  assigneeId?: string | null | undefined;
  unread?: boolean | undefined;
  /** Hashes of what its contact is found by (storage/contactTerms.ts); all have to be met. */
  terms?: string[] | undefined;
}

interface ConversationRow extends Record<string, unknown> {
  workspace_id: string;
  id: string;
  contact_contents: Buffer | null;
  phone_number: string | null;
  name: string | null;
  last_message_at: Date;
  last_seq: number;
  closed_at: Date | null;
  assignee_id: string | null;
  assignee_name: string | null;
  unread: boolean;
  opted_out: boolean;
  message_id: string | null;
  contents: Buffer | null;
  body: string | null;
  content_kept_days: number | null;
  direction: 'outbound' | 'inbound' | null;
  status: MessageStatus | null;
}

/** What people call a member of the workspace: the name there, else the first part of the address. */
export const nameOfMember = `coalesce(nullif(a.name, ''), split_part(p.email, '@', 1))`;

/** Conversations of `found`, each with its newest message. What is looked up for each comes after the page was cut. */
const shown = (found: string) => `
  select c.workspace_id, c.id, c.contents as contact_contents, c.phone_number, c.name, c.last_message_at, c.last_seq::float8 as last_seq,
    c.closed_at, c.assignee_id, c.inbound_seq > c.read_seq as unread,
    (select ${nameOfMember} from membership a join person p on p.id = a.person_id
      where a.workspace_id = c.workspace_id and a.person_id = c.assignee_id) as assignee_name,
    exists (select from suppression s where s.workspace_id = c.workspace_id and s.phone_number in (c.id::text, c.phone_number)
      and s.topic = 'all') as opted_out,
    m.id as message_id, m.contents, m.body, m.content_kept_days, m.direction, m.status
  from (${found}) c
  left join lateral (
    -- The newest message carries the time that the contact keeps: one partition is read, not all.
    select id, contents, body, content_kept_days, direction, status from message
    where workspace_id = c.workspace_id and contact_id = c.id and created_at = c.last_message_at
    order by id desc limit 1
  ) m on true
  order by c.last_message_at desc, c.id desc`;

/** One statement for each kind of filter: its conditions are words of it, so that the index of just these is taken. */
function listStatement({ status, assigneeId, unread, terms = [] }: ConversationFilter): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value) + 4}`;
  const conditions = [
    status === 'open' ? 'c.closed_at is null' : '',
    status === 'closed' ? 'c.closed_at is not null' : '',
    assigneeId === null ? 'c.assignee_id is null' : assigneeId !== undefined ? `c.assignee_id = ${parameter(assigneeId)}` : '',
    unread ? 'c.inbound_seq > c.read_seq' : '',
  ].filter(Boolean);
  const found = terms.map((term) => `select contact_id from contact_term where workspace_id = $1 and term = ${parameter(term)}`);
  // Found first and then put in order: few have a name, and many are newer than they.
  const [search, from] =
    terms.length > 0
      ? [
          `with found as materialized (${found.join(' intersect ')})`,
          'found f join contact c on c.workspace_id = $1 and c.id = f.contact_id',
        ]
      : ['', 'contact c'];
  const kinds = [
    'conversations',
    status,
    assigneeId === null ? 'of_nobody' : assigneeId !== undefined && 'of_somebody',
    unread && 'unread',
    terms.length > 0 && `by_${terms.length}_terms`,
  ];
  const text = shown(`
    ${search} select c.* from ${from}
    where c.workspace_id = $1 and c.last_message_at is not null and (c.last_message_at, c.id) < ($2, $3)
      ${conditions.map((one) => `and ${one}`).join(' ')}
    order by c.last_message_at desc, c.id desc limit $4`);
  return { statement: { name: kinds.filter(Boolean).join('_'), text }, values };
}

/** Conversations that fit, by their newest message before a point in time, newest first, at most `limit`. */
export async function listConversations(
  readable: Readable,
  workspaceId: string,
  filter: ConversationFilter,
  before: { at: Date; id: string },
  limit: number,
): Promise<Conversation[]> {
  const { statement, values } = listStatement(filter);
  return conversationsOf(readable, workspaceId, statement, [workspaceId, before.at, before.id, limit, ...values]);
}

const conversationStatement: Statement = {
  name: 'find_conversation',
  text: shown('select * from contact c where c.workspace_id = $1 and c.id = $2 and c.last_message_at is not null'),
};

/** One conversation, or undefined. */
export async function findConversation(readable: Readable, workspaceId: string, conversationId: string): Promise<Conversation | undefined> {
  return (await conversationsOf(readable, workspaceId, conversationStatement, [workspaceId, conversationId]))[0];
}

async function conversationsOf(
  { database, contents }: Readable,
  workspaceId: string,
  statement: Statement,
  values: unknown[],
): Promise<Conversation[]> {
  const rows = await database.forWorkspace<ConversationRow>(workspaceId, statement, values);
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
    status: row.closed_at === null ? 'open' : 'closed',
    closedAt: row.closed_at,
    assignee: row.assignee_id === null ? null : { id: row.assignee_id, name: row.assignee_name ?? '' },
    unread: row.unread,
    optedOut: row.opted_out,
    lastMessageAt: row.last_message_at,
    lastSeq: row.last_seq,
    lastMessage:
      row.message_id && row.direction && row.status
        ? {
            id: row.message_id,
            body: messages[place]?.body ?? row.body,
            contentKeptDays: row.content_kept_days,
            direction: row.direction,
            status: row.status,
          }
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

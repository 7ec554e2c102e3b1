import type { InboundConsent } from '../domain/consent.js';
import type { Category, MessageError } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Priority } from '../domain/priority.js';
import type { Encoding } from '../domain/segments.js';
import type { Statement } from '../platform/database.js';
import type { Contents, MessageContents, Readable, Sealed } from './contents.js';
import { findKey } from './messageKeys.js';

/** A stored message by its key and the time that says in which partition it lies. */
export interface StoredRef {
  workspaceId: string;
  messageId: string;
  createdAtMs: number;
}

/** A message as people and programs see it. */
export interface StoredMessage {
  workspaceId: string;
  id: string;
  conversationId: string;
  direction: 'outbound' | 'inbound';
  /** Null where it is the contact's, and the contact was erased. */
  to: string | null;
  from: string | null;
  /** Null where it was erased, or its time was over. */
  body: string | null;
  mediaUrls: string[];
  metadata: Record<string, string>;
  /** `campaign` of its metadata, which it keeps whatever becomes of them. */
  campaign: string | null;
  /** Its text is gone for good. */
  erased: boolean;
  /** When the text was removed because its workspace keeps texts no longer; null where it was not, and for how many days it had kept it. */
  contentRemovedAt: Date | null;
  contentKeptDays: number | null;
  priority: Priority;
  category: Category;
  encoding: Encoding;
  segments: number;
  status: MessageStatus;
  generation: number;
  attempt: number;
  providerMessageId: string | null;
  error: MessageError | null;
  /** What an inbound message says of its sender's consent. */
  consent: InboundConsent | null;
  /** When it may leave at the earliest, where that is not at once. */
  sendAt: Date | null;
  validUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** It has left the hot tables: it can be read, and nothing about it can be changed. */
  archived: boolean;
}

/** Where rows are read: the hot tables, or those of weeks that have left them and are not archived yet, or were restored. */
export type Shelf = 'hot' | 'cold';

/** A stored error, or null where the message has none. */
export function errorOf(code: string | null, message: string | null): MessageError | null {
  return code === null ? null : { code, message: message ?? '' };
}

/** What a statement selects of a message `m` for `openMessages`, where it joins `messageParties`. */
export const messageColumns = `m.workspace_id, m.id, m.contact_id, m.direction, c.phone_number as contact_number, c.contents as contact_contents,
  coalesce(s.phone_number, m.unknown_sender) as sender_number, m.contents, m.body, m.media_urls, m.metadata, m.priority, m.category, m.encoding, m.segments, m.status, m.generation, m.attempt, m.provider_message_id, m.error_code,
  m.error_message, m.consent, m.campaign, m.content_removed_at, m.content_kept_days, m.send_at, m.valid_until, m.created_at, m.updated_at`;
export const messageParties = `
  join contact c on c.workspace_id = m.workspace_id and c.id = m.contact_id
  left join sender s on s.workspace_id = m.workspace_id and s.id = m.sender_id`;

export interface MessageRow extends Record<string, unknown> {
  workspace_id: string;
  id: string;
  contact_id: string;
  direction: 'outbound' | 'inbound';
  contact_number: string | null;
  contact_contents: Buffer | null;
  sender_number: string;
  contents: Buffer | null;
  body: string | null;
  media_urls: string[];
  metadata: Record<string, string>;
  campaign: string | null;
  content_removed_at: Date | null;
  content_kept_days: number | null;
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
  consent: InboundConsent | null;
  send_at: Date | null;
  valid_until: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** Where the number of the contact of a row lies, sealed; null where it lies there readable, or is gone. */
export function sealedContactOf(row: {
  workspace_id: string;
  contact_id: string;
  contact_contents: Buffer | null;
}): Sealed<'contact'> | null {
  const { workspace_id: workspaceId, contact_id: contactId, contact_contents: sealed } = row;
  return sealed && { kind: 'contact', workspaceId, contactId, id: contactId, sealed };
}

/** Where what a message says lies, sealed; null where it lies there readable, or is gone. */
export function sealedMessageOf(row: {
  workspace_id: string;
  contact_id: string;
  id: string;
  contents: Buffer | null;
}): Sealed<'message'> | null {
  const { workspace_id: workspaceId, contact_id: contactId, id, contents: sealed } = row;
  return sealed && { kind: 'message', workspaceId, contactId, id, sealed };
}

/** Rows as messages, with what is sealed opened: by one look-up of keys, however many they are. */
export async function openMessages(contents: Contents, rows: MessageRow[], shelf: Shelf = 'hot'): Promise<StoredMessage[]> {
  const [messages, contacts] = await Promise.all([contents.open(rows.map(sealedMessageOf)), contents.open(rows.map(sealedContactOf))]);
  return rows.map((row, place) => ({
    ...toMessage(row, messages[place] ?? null, contacts[place]?.phoneNumber ?? row.contact_number),
    archived: shelf === 'cold',
  }));
}

function toMessage(row: MessageRow, opened: MessageContents | null, contactNumber: string | null): StoredMessage {
  const [to, from] = row.direction === 'outbound' ? [contactNumber, row.sender_number] : [row.sender_number, contactNumber];
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    conversationId: row.contact_id,
    direction: row.direction,
    to,
    from,
    body: opened?.body ?? row.body,
    mediaUrls: opened?.mediaUrls ?? row.media_urls,
    metadata: opened?.metadata ?? row.metadata,
    erased: opened === null && row.body === null,
    contentRemovedAt: row.content_removed_at,
    contentKeptDays: row.content_kept_days,
    campaign: row.campaign,
    priority: row.priority,
    category: row.category,
    encoding: row.encoding,
    segments: row.segments,
    status: row.status,
    generation: row.generation,
    attempt: row.attempt,
    providerMessageId: row.provider_message_id,
    error: errorOf(row.error_code, row.error_message),
    consent: row.consent,
    sendAt: row.send_at,
    validUntil: row.valid_until,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    archived: false,
  };
}

const findText = (source: string) =>
  `select ${messageColumns} from ${source} m ${messageParties} where m.workspace_id = $1 and m.created_at = $2 and m.id = $3`;
const findStatements: Record<Shelf, Statement> = {
  hot: { name: 'find_message', text: findText('message') },
  cold: { name: 'find_message_cold', text: findText('message_cold') },
};

/** One message by its key, or undefined. */
export async function readMessage(
  { database, contents }: Readable,
  { workspaceId, messageId, createdAtMs }: StoredRef,
  shelf: Shelf = 'hot',
): Promise<StoredMessage | undefined> {
  const values = [workspaceId, new Date(createdAtMs), messageId];
  const rows = await database.forWorkspace<MessageRow>(workspaceId, findStatements[shelf], values);
  return (await openMessages(contents, rows, shelf))[0];
}

/** One message by its id, or undefined. */
export async function findMessage(readable: Readable, workspaceId: string, messageId: string): Promise<StoredMessage | undefined> {
  const key = await findKey(readable.database, workspaceId, messageId);
  return key && readMessage(readable, key);
}

const coldConversationStatement: Statement = {
  name: 'conversation_messages_cold',
  text: `select ${messageColumns} from message_cold m ${messageParties}
    where m.workspace_id = $1 and m.contact_id = $2 and m.created_at <= $3 and (m.created_at, m.id) < ($3, $4)
    order by m.created_at desc, m.id desc limit $5`,
};

/** A conversation's messages of weeks that are not archived yet, or were restored: before a point in time, newest first, at most `limit`. */
export async function coldMessagesOfConversation(
  { database, contents }: Readable,
  workspaceId: string,
  conversationId: string,
  before: { at: Date; id: string },
  limit: number,
): Promise<StoredMessage[]> {
  const values = [workspaceId, conversationId, before.at, before.id, limit];
  return openMessages(contents, await database.forWorkspace<MessageRow>(workspaceId, coldConversationStatement, values), 'cold');
}

// An archived row becomes a row of the table again, and the same columns show it. Those of another workspace would find nothing.
const archivedStatement: Statement = {
  name: 'archived_messages',
  text: `select ${messageColumns} from jsonb_populate_recordset(null::message, $2::jsonb) m ${messageParties} where m.workspace_id = $1`,
};

/** Messages of archived rows, given as JSON, in no order. */
export async function messagesFromRows({ database, contents }: Readable, workspaceId: string, rows: string[]): Promise<StoredMessage[]> {
  if (rows.length === 0) return [];
  const found = await database.forWorkspace<MessageRow>(workspaceId, archivedStatement, [workspaceId, `[${rows.join(',')}]`]);
  return openMessages(contents, found, 'cold');
}

import { type ConsentReading, consentChangeOf, type InboundConsent } from '../domain/consent.js';
import type { InboundMessage } from '../domain/message.js';
import { countSegments } from '../domain/segments.js';
import { sha256 } from '../platform/crypto.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { consentChange, suppressionOf } from './consentChange.js';
import type { Readable } from './contents.js';
import { appendEvents } from './messageEvents.js';
import { factsAtBirth } from './messageFacts.js';
import { messageParties, type StoredRef, sealedContactOf } from './messages.js';

/** A message as its provider brought it, and what was read in it. */
export interface NewInbound {
  workspaceId: string;
  messageId: string;
  contactId: string;
  from: string;
  to: string;
  /** The workspace's sender that it came to; undefined where the number is none of its senders. */
  senderId: string | undefined;
  provider: string;
  providerMessageId: string;
  body: string;
  mediaUrls: string[];
  /** What it came with, by the provider's own names. */
  receipt: Record<string, unknown>;
  reading: ConsentReading | undefined;
}

const receiveStatement: Statement = {
  name: 'receive_message',
  text: `
  with fresh as (
    insert into provider_reference (workspace_id, provider, provider_message_id, message_id, message_created_at, attempt)
    values ($1, $2, $3, $4, date_trunc('milliseconds', now()), 0)
    on conflict do nothing
    returning message_created_at as at
  ), keyed as (
    insert into message_key (workspace_id, message_id, created_at, payload_sha256) select $1, $4, at, $5 from fresh
  ), receipts as (
    insert into callback_receipt (workspace_id, received_at, id, message_id, attempt, provider_message_id, status, contents)
    select $1, at, $6, $4, 0, $3, 'received', $7 from fresh
  ), known as (
    -- The number only; its conversation begins with the event of the message.
    insert into contact (workspace_id, id, contents) select $1, $9, $18::bytea from fresh on conflict do nothing
  ), change as (
    select $1::uuid as workspace_id, $8::text as phone_number, $9::uuid as contact_id, $10::text as meaning, $11::text as topic,
      'message' as source, $12::text as evidence, 'contact' as actor, $4::uuid as message_id, $13::uuid as suppression_id,
      $14::uuid as audit_id, $21::bytea as contents
    from fresh where $10 in ('stop', 'start', 'review')
  ), ${consentChange}, born as (
    insert into message (workspace_id, created_at, id, contact_id, sender_id, unknown_sender, direction, contents, encoding,
      segments, status, provider_message_id, consent, updated_at)
    select $1, at, $4, $9, $15, $16, 'inbound', $17::bytea, $19, $20, 'received', $3,
      case when $10 is not null then jsonb_build_object('meaning', $10, 'words', $12::text, 'stopped', (select count(*) from stopped)) end,
      now()
    from fresh
  )
  select at, (select count(*) from stopped)::integer as stopped from fresh`,
};

/**
 * Stores a message that came in, with its receipt and what it changes of its sender's consent, in one transaction. Undefined
 * where the provider has brought it before: then nothing changes.
 */
export async function receiveMessage({ database, contents }: Readable, inbound: NewInbound): Promise<InboundMessage | undefined> {
  const { workspaceId, messageId, contactId, from, to, senderId, provider, providerMessageId, body, mediaUrls, receipt, reading } = inbound;
  const { encoding, segments } = countSegments(body);
  const change = consentChangeOf(reading?.meaning);
  const whose = { workspaceId, contactId };
  const receiptId = uuidv7();
  const [sealedMessage, sealedContact, sealedReceipt, sealedSuppression] = await contents.seal([
    { kind: 'message', ...whose, id: messageId, value: { body, mediaUrls, metadata: {} } },
    { kind: 'contact', ...whose, id: contactId, value: { phoneNumber: from, name: null } },
    { kind: 'receipt', ...whose, id: receiptId, value: receipt },
    change && change.meaning !== 'start' ? suppressionOf(workspaceId, contactId, from) : null,
  ]);
  const [row] = await database.forWorkspaces<{ at: Date; stopped: number }>([workspaceId], receiveStatement, [
    workspaceId,
    provider,
    providerMessageId,
    messageId,
    sha256(providerMessageId),
    receiptId,
    sealedReceipt,
    from,
    contactId,
    reading?.meaning ?? null,
    change?.topic ?? null,
    reading?.words ?? null,
    uuidv7(),
    uuidv7(),
    senderId ?? null,
    senderId === undefined ? to : null,
    sealedMessage,
    sealedContact,
    encoding,
    segments,
    sealedSuppression,
  ]);
  if (!row) return undefined;
  const consent: InboundConsent | null = reading ? { ...reading, stopped: row.stopped } : null;
  return { workspaceId, messageId, contactId, from, to, providerMessageId, createdAtMs: row.at.getTime(), consent };
}

const takeUpStatement: Statement = {
  name: 'take_up_message',
  text: `
  with taken as (
    update message m set recorded_at = now(), updated_at = now()
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and m.recorded_at is null
    returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.attempt, m.provider_message_id, m.error_code,
      m.error_message, m.consent, ${factsAtBirth('m')} as facts, $4::bytea as contact_contents, m.created_at as message_created_at, 1 as n
  ), ${appendEvents('taken', 'may be new', 'inbound')}
  select message_id from taken`,
};

/** Puts an inbound message into its conversation, with its event; false where an earlier run has done so. */
export async function takeUpMessage({ database, contents }: Readable, message: InboundMessage): Promise<boolean> {
  const { workspaceId, contactId, messageId, createdAtMs, from } = message;
  // Its number, where the contact that it was put down with has none: one that was erased before, and writes again.
  const contact = { kind: 'contact', workspaceId, contactId, id: contactId, value: { phoneNumber: from, name: null } } as const;
  const [sealedContact] = await contents.sealKnown([from === '' ? null : contact]);
  const values = [workspaceId, new Date(createdAtMs), messageId, sealedContact];
  return (await database.forWorkspaces([workspaceId], takeUpStatement, values)).length > 0;
}

/** Inbound messages of more than `quietMs` ago that no workflow has taken up, oldest first, at most `limit`. As role maintenance. */
export async function untakenMessages({ database, contents }: Readable, quietMs: number, limit: number): Promise<InboundMessage[]> {
  const rows = await database.asMaintenance<{
    workspace_id: string;
    id: string;
    contact_id: string;
    created_at: Date;
    provider_message_id: string;
    consent: InboundConsent | null;
    contact_contents: Buffer | null;
    sender: string | null;
    recipient: string;
  }>(
    `select m.workspace_id, m.id, m.contact_id, m.created_at, m.provider_message_id, m.consent, c.contents as contact_contents,
       c.phone_number as sender,
       coalesce(s.phone_number, m.unknown_sender) as recipient
     from message m ${messageParties}
     where m.recorded_at is null and m.direction = 'inbound' and m.updated_at < now() - $1 * interval '1 millisecond'
     order by m.created_at limit $2`,
    [quietMs, limit],
  );
  const contacts = await contents.open(rows.map(sealedContactOf));
  return rows.map((row, place) => ({
    workspaceId: row.workspace_id,
    messageId: row.id,
    contactId: row.contact_id,
    // None of a contact that was erased meanwhile; what is left of its message is taken up all the same.
    from: contacts[place]?.phoneNumber ?? row.sender ?? '',
    to: row.recipient,
    providerMessageId: row.provider_message_id,
    createdAtMs: row.created_at.getTime(),
    consent: row.consent,
  }));
}

const stoppedStatement: Statement = {
  name: 'messages_stopped',
  // First those of the workspace that failed since, by their index, which are few; the conversation may have thousands.
  text: `with failed as materialized (
      select id, created_at, contact_id, status, error_code from message where workspace_id = $1 and failed_at >= $4
    )
    select id, created_at from failed
    where contact_id = $2 and created_at between $3 and $4 and status = 'failed' and error_code = 'opted_out'
    order by created_at, id`,
};

/** Which messages an opt-out has stopped; times are epoch milliseconds. */
export interface StoppedFilter {
  workspaceId: string;
  contactId: string;
  storedSinceMs: number;
  /** When they were stopped, at the earliest. */
  stoppedAtMs: number;
}

/** Messages to a contact that were stored since a time and stopped by its opt-out at a time or later, oldest first. */
export async function stoppedMessages(database: Database, filter: StoppedFilter): Promise<StoredRef[]> {
  const { workspaceId, contactId, storedSinceMs, stoppedAtMs } = filter;
  const values = [workspaceId, contactId, new Date(storedSinceMs), new Date(stoppedAtMs)];
  const rows = await database.forWorkspace<{ id: string; created_at: Date }>(workspaceId, stoppedStatement, values);
  return rows.map(({ id, created_at: at }) => ({ workspaceId, messageId: id, createdAtMs: at.getTime() }));
}

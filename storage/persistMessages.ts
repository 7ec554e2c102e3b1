import { campaignCharactersMax } from '../domain/historyLimits.js';
import type { OutboundMessage } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import type { Readable, Sealable } from './contents.js';
import { appendEvents } from './messageEvents.js';
import { factsAtBirth } from './messageFacts.js';
import { storeStatusCallbacks } from './statusCallbacks.js';
import { timeBounds } from './timeBounds.js';

/** A message as it was accepted; `storedAtMs` says when it was stored first, where the row of that was lost. */
export type MessageToPersist = OutboundMessage & { storedAtMs?: number | undefined };

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
    select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::uuid[], $5::bytea[], $6::uuid[], $7::text[], $8::bytea[], $9::text[],
        $10::text[], $11::smallint[], $12::integer[], $13::timestamptz[], $14::bigint[], $15::timestamptz[], $16::text[],
        $17::timestamptz[], $18::boolean[])
      with ordinality as i (workspace_id, message_id, payload_sha256, contact_id, contact_contents, sender_id, priority, contents, campaign,
        encoding, segments, generation, valid_until, accepted_at_us, send_at, category, stored_at, routed, n)
  ), fresh as (
    insert into message_key (workspace_id, message_id, created_at, payload_sha256)
    -- One conversation's messages of one batch get times of their own, so that history keeps their order.
    select workspace_id, message_id, coalesce(stored_at, date_trunc('milliseconds', now())
        + (row_number() over (partition by workspace_id, contact_id order by n) - 1) * interval '1 millisecond'), payload_sha256
    from input order by workspace_id, message_id
    on conflict do nothing
    returning workspace_id, message_id, created_at
  ), born as (
    insert into message (workspace_id, created_at, id, contact_id, sender_id, priority, contents, encoding, segments,
      status, generation, valid_until, accepted_at, send_at, category, routed, campaign, updated_at)
    select i.workspace_id, f.created_at, i.message_id, i.contact_id, i.sender_id, i.priority, i.contents, i.encoding, i.segments,
      case when i.send_at is null then 'queued' else 'scheduled' end, i.generation, i.valid_until,
      timestamptz 'epoch' + i.accepted_at_us * interval '1 microsecond', i.send_at, i.category, i.routed, i.campaign,
      now()
    from fresh f join input i using (workspace_id, message_id)
    returning workspace_id, id as message_id, contact_id, direction, status, attempt, provider_message_id, error_code, error_message,
      ${factsAtBirth('message')} as facts
  ), changed as (
    select b.*, i.contact_contents, f.created_at as message_created_at, i.n
    from born b join input i using (workspace_id, message_id) join fresh f using (workspace_id, message_id)
  ), ${appendEvents('changed', 'may be new')}
  select f.created_at as fresh_at, k.created_at as known_at, k.payload_sha256 = i.payload_sha256 as same_payload
  from input i
  left join fresh f using (workspace_id, message_id)
  left join message_key k using (workspace_id, message_id)
  order by i.n`,
};

interface PersistRow extends Record<string, unknown> {
  fresh_at: Date | null;
  known_at: Date | null;
  same_payload: boolean | null;
}

const standingStatement: Statement = {
  name: 'standing_of_messages',
  text: `
  select i.n::integer as n, m.status, m.generation, m.attempt, m.provider_message_id, m.send_at,
    m.valid_until
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) with ordinality as i (workspace_id, message_id, created_at, n)
  join message m on m.workspace_id = i.workspace_id and m.created_at = i.created_at and m.id = i.message_id and m.created_at between $4 and $5`,
};

interface StandingRow extends Record<string, unknown> {
  n: number;
  status: MessageStatus;
  generation: number;
  attempt: number;
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
export async function persistMessages({ database, contents }: Readable, messages: MessageToPersist[]): Promise<PersistedMessage[]> {
  await storeStatusCallbacks({ database, contents }, messages);
  const sealed = await contents.seal([...messages.map(messageOf), ...messages.map(contactOf)]);
  const column = <T>(of: (message: MessageToPersist) => T) => messages.map(of);
  const rows = await database.forWorkspaces<PersistRow>(
    column((m) => m.workspaceId),
    persistStatement,
    [
      column((m) => m.workspaceId),
      column((m) => m.messageId),
      column((m) => Buffer.from(m.payloadHash, 'hex')),
      column((m) => m.contactId),
      sealed.slice(messages.length),
      column((m) => m.senderId),
      column((m) => m.priority),
      sealed.slice(0, messages.length),
      // What of the metadata is filtered by.
      column((m) => m.metadata.campaign?.slice(0, campaignCharactersMax) ?? null),
      column((m) => m.encoding),
      column((m) => m.segments),
      column((m) => m.generation),
      column((m) => new Date(m.validUntilMs)),
      column((m) => m.acceptedAtUs ?? null),
      column((m) => (m.sendAtMs === undefined ? null : new Date(m.sendAtMs))),
      column((m) => m.category ?? 'transactional'),
      column((m) => (m.storedAtMs === undefined ? null : new Date(m.storedAtMs))),
      column((m) => m.routed ?? false),
    ],
  );
  const stored = messages.map((message, index): PersistedMessage => {
    const row = rows[index];
    const createdAt = row?.fresh_at ?? row?.known_at;
    if (!createdAt) throw new ConcurrentInsert(`message ${message.messageId} is being stored`);
    return {
      createdAtMs: createdAt.getTime(),
      created: row?.fresh_at !== null,
      samePayload: row?.same_payload ?? true,
      status: message.sendAtMs === undefined ? 'queued' : 'scheduled',
      generation: message.generation,
      attempt: 0,
      providerMessageId: null,
      sendAtMs: message.sendAtMs ?? null,
      validUntilMs: message.validUntilMs,
    };
  });
  await addStandings(
    database,
    messages.flatMap(({ workspaceId, messageId }, index) => {
      const row = stored[index] as PersistedMessage;
      return row.created ? [] : [{ workspaceId, messageId, row }];
    }),
  );
  return stored;
}

function messageOf({ workspaceId, contactId, messageId: id, body, mediaUrls, metadata }: OutboundMessage): Sealable {
  return { kind: 'message', workspaceId, contactId, id, value: { body, mediaUrls, metadata } };
}

function contactOf({ workspaceId, contactId, to }: OutboundMessage): Sealable {
  return { kind: 'contact', workspaceId, contactId, id: contactId, value: { phoneNumber: to, name: null } };
}

/** Where messages that were known stand: a statement of its own, since it is needed only where a run repeats. */
async function addStandings(database: Database, known: { workspaceId: string; messageId: string; row: PersistedMessage }[]): Promise<void> {
  if (known.length === 0) return;
  const found = await database.forWorkspaces<StandingRow>(
    known.map((one) => one.workspaceId),
    standingStatement,
    [
      known.map((one) => one.workspaceId),
      known.map((one) => one.messageId),
      known.map((one) => new Date(one.row.createdAtMs)),
      ...timeBounds(known.map((one) => one.row)),
    ],
  );
  const standings = new Map(found.map((standing) => [standing.n - 1, standing]));
  known.forEach(({ messageId, row }, index) => {
    const standing = standings.get(index);
    if (!standing) throw new ConcurrentInsert(`message ${messageId} is being stored`);
    const { status, generation, attempt, provider_message_id: providerMessageId, send_at: sendAt, valid_until: validUntil } = standing;
    const times = { sendAtMs: sendAt?.getTime() ?? null, ...(validUntil && { validUntilMs: validUntil.getTime() }) };
    Object.assign(row, { status, generation, attempt, providerMessageId, ...times });
  });
}

import { campaignCharactersMax } from '../domain/historyLimits.js';
import { cancelableStatuses } from '../domain/messageStatus.js';
import { eraseBatchMax } from '../domain/privacyLimits.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import type { ContactRef } from './contactKeys.js';
import { forgetTermsOf } from './contactTerms.js';
import { appendEvents } from './messageEvents.js';
import { noFacts } from './messageFacts.js';
import { forgetWordsOf } from './wordIndex.js';

/** A contact that was erased. */
export interface Erasure {
  erasedAt: Date;
  actor: string;
  /** Messages that were taken out of the queue by it. */
  canceled: number;
  /** When nothing was left of it, workflow histories included; null until then. */
  finishedAt: Date | null;
}

// What waits is locked in order of its ids and before the sequence, as by every statement.
const beginStatement: Statement = {
  name: 'begin_erasure',
  text: `
  with waiting as (
    select m.created_at, m.id from message m
    where m.workspace_id = $1 and m.contact_id = $2 and m.recorded_at is null
      and m.status in (${cancelableStatuses.map((status) => `'${status}'`).join(', ')})
    order by m.id for update of m
  ), ended as (
    update message m set status = 'canceled', updated_at = now(), recorded_at = now()
    from waiting w where m.workspace_id = $1 and m.created_at = w.created_at and m.id = w.id
    returning m.workspace_id, m.contact_id, m.id as message_id, m.created_at as stored_at, m.direction, m.status, m.attempt,
      m.provider_message_id, m.error_code, m.error_message, ${noFacts} as facts
  ), canceled as (
    select *, row_number() over (order by message_id) as n from ended
  ), journal as (
    insert into erasure (workspace_id, contact_id, erased_at, actor, canceled)
    select $1, $2, $3, $4, (select count(*) from canceled) where $5::uuid is not null
  ), noted as (
    insert into audit_event (workspace_id, id, actor, action, details)
    select $1, $5, $4, 'contact.erased', jsonb_build_object('contactId', $2::uuid, 'canceled', (select count(*) from canceled))
    where $5 is not null
  ), ${appendEvents('canceled', 'exists')}
  select message_id, stored_at from canceled`,
};

/** A message that was taken out of the queue. */
export interface CanceledRef {
  messageId: string;
  createdAtMs: number;
}

/**
 * Takes what waits to be sent to a contact out of the queue, with its entry in the audit and in the journal of erasures;
 * without an actor, for an erasure that is noted already, only the first.
 */
export async function beginErasure(
  database: Database,
  { workspaceId, contactId }: ContactRef,
  by: { actor: string; erasedAt: Date } | undefined,
): Promise<CanceledRef[]> {
  const values = [workspaceId, contactId, by?.erasedAt ?? new Date(0), by?.actor ?? '', by ? uuidv7() : null];
  const rows = await database.forWorkspaces<{ message_id: string; stored_at: Date }>([workspaceId], beginStatement, values);
  return rows.map((row) => ({ messageId: row.message_id, createdAtMs: row.stored_at.getTime() }));
}

const destroyStatement: Statement = {
  name: 'destroy_contact_key',
  text: `
  with gone as (
    delete from contact_key where workspace_id = $1 and contact_id = $2
  )
  insert into erasure (workspace_id, contact_id, erased_at) values ($1, $2, $3) on conflict do nothing`,
};

/** Destroys a contact's key, with its entry in the journal beside the keys. From now on nothing that was sealed by it opens. */
export async function destroyContactKey(keys: Database, { workspaceId, contactId }: ContactRef, erasedAt: Date): Promise<void> {
  await keys.forWorkspaces([workspaceId], destroyStatement, [workspaceId, contactId, erasedAt]);
}

/** Rows that say something of a contact and were there when it was erased. As role maintenance, some at a time. */
const removeMessages = `
  with texts as (
    select created_at, id from message
    where workspace_id = $1 and contact_id = $2 and coalesce(accepted_at, created_at) <= $3 and (contents is not null or body is not null)
    order by created_at, id limit $4
  ), receipts as (
    update callback_receipt r set raw = null, contents = null from texts t where r.workspace_id = $1 and r.message_id = t.id
  )
  update message m set contents = null, body = null, media_urls = '{}',
    metadata = '{}',
    campaign = coalesce(m.campaign, left(m.metadata ->> 'campaign', ${campaignCharactersMax}))
  from texts t where m.workspace_id = $1 and m.created_at = t.created_at and m.id = t.id
  returning m.id`;

/** Removes the texts that a contact's messages of before its erasure still have, sealed or not. */
export async function removeContents(database: Database, { workspaceId, contactId }: ContactRef, erasedAt: Date): Promise<void> {
  let removed: unknown[];
  do removed = await database.asMaintenance(removeMessages, [workspaceId, contactId, erasedAt, eraseBatchMax]);
  while (removed.length === eraseBatchMax);
  await forgetWordsOf(database, workspaceId, contactId, erasedAt);
  await forgetTermsOf(database, { workspaceId, contactId });
}

/** Whether somebody has written to a contact, or it has written, since it was erased: it has a new key then, and a number again. */
export async function isKnownAgain(database: Database, { workspaceId, contactId }: ContactRef, erasedAt: Date): Promise<boolean> {
  const rows = await database.asMaintenance(
    'select 1 from message where workspace_id = $1 and contact_id = $2 and created_at > $3 and coalesce(accepted_at, created_at) > $3 limit 1',
    [workspaceId, contactId, erasedAt],
  );
  return rows.length > 0;
}

/** Removes who a contact is: only its id is left, on the list of those who opted out too. `number` is what rows of before are found by. */
export async function removeIdentity(
  database: Database,
  { workspaceId, contactId }: ContactRef,
  erasedAt: Date,
  number: string | null,
): Promise<void> {
  await database.asMaintenance(
    'update contact set contents = null, phone_number = null, name = null, erased_at = $3 where workspace_id = $1 and id = $2',
    [workspaceId, contactId, erasedAt],
  );
  await forgetTermsOf(database, { workspaceId, contactId });
  await database.asMaintenance(
    `update suppression s set contents = null, phone_number = $2::uuid::text
     where s.workspace_id = $1 and (s.phone_number = $2::text or s.phone_number = $3 and not exists (
       select from suppression o where o.workspace_id = $1 and o.phone_number = $2::text and o.topic = s.topic))`,
    [workspaceId, contactId, number],
  );
}

const columns = 'erased_at as "erasedAt", actor, canceled, finished_at as "finishedAt"';
const newestStatement: Statement = {
  name: 'newest_erasure',
  text: `select ${columns} from erasure where workspace_id = $1 and contact_id = $2 order by erased_at desc limit 1`,
};

/** When a contact was erased last; undefined where it never was. */
export async function newestErasure(database: Database, { workspaceId, contactId }: ContactRef): Promise<Erasure | undefined> {
  const [row] = await database.forWorkspace<Erasure & Record<string, unknown>>(workspaceId, newestStatement, [workspaceId, contactId]);
  return row;
}

/** Erasures of which something may be left, oldest first. As role maintenance. */
export async function unfinishedErasures(database: Database, limit: number): Promise<(ContactRef & { erasedAt: Date })[]> {
  const rows = await database.asMaintenance<{ workspace_id: string; contact_id: string; erased_at: Date }>(
    'select workspace_id, contact_id, erased_at from erasure where finished_at is null order by erased_at limit $1',
    [limit],
  );
  return rows.map((row) => ({ workspaceId: row.workspace_id, contactId: row.contact_id, erasedAt: row.erased_at }));
}

/** Notes that nothing is left. As role maintenance. */
export async function storeFinished(database: Database, { workspaceId, contactId }: ContactRef, erasedAt: Date): Promise<void> {
  await database.asMaintenance('update erasure set finished_at = now() where workspace_id = $1 and contact_id = $2 and erased_at = $3', [
    workspaceId,
    contactId,
    erasedAt,
  ]);
}

/** Messages of a contact of before its erasure that a workflow may be remembered of: changed since a time. As role maintenance. */
export async function messagesErased(
  database: Database,
  { workspaceId, contactId }: ContactRef,
  erasedAt: Date,
  since: Date,
): Promise<{ messageId: string; direction: 'outbound' | 'inbound'; isOpen: boolean }[]> {
  const rows = await database.asMaintenance<{ id: string; direction: 'outbound' | 'inbound'; open: boolean }>(
    `select id, direction, recorded_at is null as open from message
     where workspace_id = $1 and contact_id = $2 and coalesce(accepted_at, created_at) <= $3 and updated_at >= $4`,
    [workspaceId, contactId, erasedAt, since],
  );
  return rows.map(({ id, direction, open }) => ({ messageId: id, direction, isOpen: open }));
}

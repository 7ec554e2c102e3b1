import type { MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import type { StoredRef } from './messages.js';
import type { OpenCursor } from './openMessages.js';

/** A message of a restored database of which nobody knows yet what became of it since the backup. */
export interface RestoredMessage extends StoredRef {
  status: MessageStatus;
  attempt: number;
  senderId: string;
}

/**
 * Outbound messages that were accepted before the restore and are not known to have left: what may have gone out since the
 * backup. In order of the index of open messages, after `cursor`. As role maintenance.
 */
export async function unsentMessages(database: Database, beforeMs: number, cursor: OpenCursor, limit: number): Promise<RestoredMessage[]> {
  const rows = await database.asMaintenance<{
    workspace_id: string;
    created_at: Date;
    id: string;
    status: MessageStatus;
    attempt: number;
    sender_id: string;
  }>(
    `select workspace_id, created_at, id, status, attempt, sender_id from message
     where recorded_at is null and direction = 'outbound' and (workspace_id, created_at, id) > ($1, $2, $3)
       and coalesce(accepted_at, created_at) < $4 and (status in ('queued', 'dispatching', 'uncertain') or status = 'scheduled' and send_at < $4)
     order by workspace_id, created_at, id limit $5`,
    [cursor.workspaceId, new Date(cursor.createdAtMs), cursor.messageId, new Date(beforeMs), limit],
  );
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    messageId: row.id,
    createdAtMs: row.created_at.getTime(),
    status: row.status,
    attempt: row.attempt,
    senderId: row.sender_id,
  }));
}

/** A send of which the database has lost the attempt. */
export interface FoundSend extends StoredRef {
  provider: string;
  /** Its number, where that is known; else the next of the message. */
  attempt: number | undefined;
}

const rememberStatement: Statement = {
  name: 'remember_attempt',
  text: `
  with current as (
    select * from message where workspace_id = $1 and created_at = $2 and id = $3 for update
  ), begun as (
    insert into send_attempt (workspace_id, created_at, message_id, attempt, token, status, provider, contact_id, sender_id, started_at,
      deadline_at, updated_at)
    select workspace_id, created_at, id, greatest(attempt + 1, $5::integer), gen_random_uuid(), 'dispatching', $4, contact_id, sender_id, now(),
      now(), now()
    from current
    where status in ('scheduled', 'queued', 'parked', 'unknown', 'failed', 'expired', 'canceled') and not exists (
      select from send_attempt a where a.workspace_id = $1 and a.created_at = $2 and a.message_id = $3 and a.status in ('dispatching', 'uncertain'))
    on conflict do nothing
    returning attempt
  ), moved as (
    update message m set status = 'dispatching', attempt = b.attempt, updated_at = now() from begun b
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3
  )
  select coalesce((select attempt from begun), (select attempt from current)) as attempt`,
};

/**
 * Gives a message the attempt that it had before the restore, so that the news of it can be applied as any other; one that is
 * in doubt has its attempt. Answers the number. Undefined where there is no such message.
 */
export async function rememberAttempt(database: Database, found: FoundSend): Promise<number | undefined> {
  const { workspaceId, createdAtMs, messageId, provider, attempt } = found;
  const values = [workspaceId, new Date(createdAtMs), messageId, provider, attempt ?? 0];
  const [row] = await database.forWorkspaces<{ attempt: number | null }>([workspaceId], rememberStatement, values);
  return row?.attempt ?? undefined;
}

const knownStatement: Statement = {
  name: 'known_provider_ids',
  text: `select provider_message_id from provider_reference
    where workspace_id = $1 and provider = $2 and provider_message_id = any ($3::text[])`,
};

/** Those of a provider's ids that belong to a message of the workspace. */
export async function knownReferences(database: Database, workspaceId: string, provider: string, ids: string[]): Promise<Set<string>> {
  const rows = await database.forWorkspace<{ provider_message_id: string }>(workspaceId, knownStatement, [workspaceId, provider, ids]);
  return new Set(rows.map((row) => row.provider_message_id));
}

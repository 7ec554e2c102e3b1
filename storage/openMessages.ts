import { nilUuid } from '../domain/ids.js';
import type { MessageError } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Database } from '../platform/database.js';
import { errorOf, type StoredRef } from './messages.js';

/** An open message that nothing has changed for a while. */
export interface QuietMessage extends StoredRef {
  status: MessageStatus;
  providerMessageId: string | null;
  error: MessageError | null;
  validUntilMs: number;
}

/** Where a walk over open messages goes on. */
export interface OpenCursor {
  workspaceId: string;
  createdAtMs: number;
  messageId: string;
}

export const openMessagesStart: OpenCursor = {
  workspaceId: nilUuid,
  createdAtMs: 0,
  messageId: nilUuid,
};

/**
 * Open messages unchanged for `quietMs`, in order of the index of open messages, after `cursor`. Of those that have been
 * quiet for longer than `freshMs` only one in `shares` is answered, the share number `share`: a long queue is looked through
 * in turns. As role maintenance.
 */
export async function quietOpenMessages(
  database: Database,
  cursor: OpenCursor,
  { quietMs, freshMs, shares, share, limit }: { quietMs: number; freshMs: number; shares: number; share: number; limit: number },
): Promise<QuietMessage[]> {
  const rows = await database.asMaintenance<{
    workspace_id: string;
    created_at: Date;
    id: string;
    status: MessageStatus;
    provider_message_id: string | null;
    error_code: string | null;
    error_message: string | null;
    valid_until: Date;
  }>(
    `select workspace_id, created_at, id, status, provider_message_id, error_code, error_message, valid_until
     from message
     where recorded_at is null and direction = 'outbound' and (workspace_id, created_at, id) > ($1, $2, $3)
       and updated_at < now() - $4 * interval '1 millisecond'
       and (updated_at > now() - $5 * interval '1 millisecond' or abs(hashtext(id::text)) % $6 = $7)
     order by workspace_id, created_at, id limit $8`,
    [cursor.workspaceId, new Date(cursor.createdAtMs), cursor.messageId, quietMs, freshMs, shares, share, limit],
  );
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    createdAtMs: row.created_at.getTime(),
    messageId: row.id,
    status: row.status,
    providerMessageId: row.provider_message_id,
    error: errorOf(row.error_code, row.error_message),
    validUntilMs: row.valid_until.getTime(),
  }));
}

/** A message that its provider has taken and said nothing of since. */
export interface UnheardMessage extends StoredRef {
  attempt: number;
  provider: string;
  providerMessageId: string;
  startedAtMs: number;
}

/**
 * Messages whose newest attempt began in one of the spans of time (epoch ms, from inclusive, to exclusive) and of which no
 * terminal state has come. As role maintenance.
 */
export async function unheardMessages(
  database: Database,
  spans: { fromMs: number; toMs: number }[],
  limit: number,
): Promise<UnheardMessage[]> {
  const rows = await database.asMaintenance<{
    workspace_id: string;
    created_at: Date;
    id: string;
    attempt: number;
    provider: string;
    provider_message_id: string;
    started_at: Date;
  }>(
    `select m.workspace_id, m.created_at, m.id, m.attempt, a.provider, a.provider_message_id, a.started_at
     from message m
     join send_attempt a on a.workspace_id = m.workspace_id and a.created_at = m.created_at and a.message_id = m.id and a.attempt = m.attempt
     where m.recorded_at is null and m.status in ('accepted', 'sending', 'sent') and a.provider_message_id is not null
       and exists (select from unnest($1::timestamptz[], $2::timestamptz[]) as span (starts, ends) where a.started_at >= starts and a.started_at < ends)
     order by m.workspace_id limit $3`,
    [spans.map(({ fromMs }) => new Date(fromMs)), spans.map(({ toMs }) => new Date(toMs)), limit],
  );
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    createdAtMs: row.created_at.getTime(),
    messageId: row.id,
    attempt: row.attempt,
    provider: row.provider,
    providerMessageId: row.provider_message_id,
    startedAtMs: row.started_at.getTime(),
  }));
}

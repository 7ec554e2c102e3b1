import type { MessageError } from '../domain/message.js';
import { isClosed, type MessageStatus, messageStatuses } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import { errorOf, type StoredRef } from './messages.js';
import { timeBounds } from './timeBounds.js';

const recordStatement: Statement = {
  name: 'record_outcomes',
  text: `
  with input as (
    select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) with ordinality as i (workspace_id, message_id, created_at, n)
  ), recorded as (
    -- Only an end: a run that ended because the message was queued again must not hide it.
    update message m set recorded_at = case when m.status = any ($6::text[]) then coalesce(m.recorded_at, now()) else m.recorded_at end
    from input i
    where m.workspace_id = i.workspace_id and m.created_at = i.created_at and m.id = i.message_id and m.created_at between $4 and $5
    returning i.n, m.status, m.provider_message_id, m.error_code, m.error_message
  )
  select * from recorded order by n`,
};

const closedStatuses = messageStatuses.filter(isClosed);

export interface RecordedOutcome {
  status: MessageStatus;
  providerMessageId: string | null;
  error: MessageError | null;
}

/** Marks messages that have ended as finished: they leave the index of open messages. Answers the state of each; undefined for one that is gone. */
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
    [
      messages.map((m) => m.workspaceId),
      messages.map((m) => m.messageId),
      messages.map((m) => new Date(m.createdAtMs)),
      ...timeBounds(messages),
      closedStatuses,
    ],
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

const reopenStatement: Statement = {
  name: 'reopen_message',
  text: `update message set recorded_at = null
    where workspace_id = $1 and created_at = $2 and id = $3 and status in ('accepted', 'sending', 'sent') returning id`,
};

/** Takes a message back among the open ones where the provider has it and has not said how it ended; answers whether it is so. */
export async function reopenMessage(database: Database, { workspaceId, createdAtMs, messageId }: StoredRef): Promise<boolean> {
  const rows = await database.forWorkspaces([workspaceId], reopenStatement, [workspaceId, new Date(createdAtMs), messageId]);
  return rows.length > 0;
}

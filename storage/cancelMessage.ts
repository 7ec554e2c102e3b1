import { cancelableStatuses, type MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import { appendEvents } from './messageEvents.js';

// The state is compared and set under the row's lock, which begin_attempt takes too: one of the two comes first, and
// the other finds what it did. Who cancels also records the message, so that it leaves the index of open ones at once.
const cancelStatement: Statement = {
  name: 'cancel_message',
  text: `
  with target as (
    select m.workspace_id, m.created_at, m.id
    from message_key k join message m on m.workspace_id = k.workspace_id and m.created_at = k.created_at and m.id = k.message_id
    where k.workspace_id = $1 and k.message_id = $2
  ), locked as (
    select m.workspace_id, m.created_at, m.id, m.status
    from target t join message m on m.workspace_id = t.workspace_id and m.created_at = t.created_at and m.id = t.id
    for update of m
  ), moved as (
    update message m set status = 'canceled', updated_at = now(), recorded_at = now()
    from locked l
    where m.workspace_id = l.workspace_id and m.created_at = l.created_at and m.id = l.id and l.status = any ($3::text[])
    returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.attempt, m.provider_message_id, m.error_code,
      m.error_message, 1 as n
  ), ${appendEvents('moved', 'exists')}
  select l.status as previous_status, exists (select from moved) as canceled from locked l`,
};

/** What a request to cancel came upon: the state until then, and whether it was changed. */
export interface Cancellation {
  canceled: boolean;
  previousStatus: MessageStatus;
}

/** Cancels a message that is not on its way yet; leaves any other as it is. Undefined where there is no such message. */
export async function cancelMessage(database: Database, workspaceId: string, messageId: string): Promise<Cancellation | undefined> {
  const [row] = await database.forWorkspaces<{ previous_status: MessageStatus; canceled: boolean }>([workspaceId], cancelStatement, [
    workspaceId,
    messageId,
    [...cancelableStatuses],
  ]);
  return row && { canceled: row.canceled, previousStatus: row.previous_status };
}

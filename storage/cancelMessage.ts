import { cancelableStatuses, type MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import { appendEvents } from './messageEvents.js';
import type { StoredRef } from './messages.js';

// The state is compared and set under the row's lock, which begin_attempt takes too: one of the two comes first, and
// the other finds what it did. Who cancels also records the message, so that it leaves the index of open ones at once.
const cancelStatement: Statement = {
  name: 'cancel_message',
  text: `
  with locked as (
    select * from message where workspace_id = $1 and created_at = $2 and id = $3 for update
  ), moved as (
    update message m set status = 'canceled', updated_at = now(), recorded_at = now()
    from locked l
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and l.status = any ($4::text[])
    returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.attempt, m.provider_message_id, m.error_code,
      m.error_message, 1 as n
  ), ${appendEvents('moved', 'exists')}
  select m.message_id is not null as moved, coalesce(m.status, l.status) as status from locked l left join moved m on true`,
};

/** Cancels a message that is not on its way yet and leaves any other as it is; answers its state then. Undefined where there is none. */
export async function cancelMessage(
  database: Database,
  message: StoredRef,
): Promise<{ moved: boolean; status: MessageStatus } | undefined> {
  const [row] = await database.forWorkspaces<{ moved: boolean; status: MessageStatus }>([message.workspaceId], cancelStatement, [
    message.workspaceId,
    new Date(message.createdAtMs),
    message.messageId,
    [...cancelableStatuses],
  ]);
  return row;
}

import type { Deferral } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import { appendEvents } from './messageEvents.js';
import { factsOfTimes } from './messageFacts.js';
import type { StoredRef } from './messages.js';

const deferStatement: Statement = {
  name: 'defer_message',
  text: `
  with locked as (
    select * from message where workspace_id = $1 and created_at = $2 and id = $3 for update
  ), moved as (
    update message m set status = 'scheduled', send_at = $4, updated_at = now(),
      -- The time of waiting is not taken from the message's own.
      valid_until = m.valid_until + ($4::timestamptz - clock_timestamp())
    from locked l
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and l.status = 'queued'
    returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.attempt, m.provider_message_id, m.error_code,
      m.error_message, ${factsOfTimes('m')} as facts, m.send_at, m.valid_until, 1 as n
  ), ${appendEvents('moved', 'exists')}
  select m.message_id is not null as moved, coalesce(m.status, l.status) as status, coalesce(m.send_at, l.send_at) as send_at,
    coalesce(m.valid_until, l.valid_until) as valid_until
  from locked l left join moved m on true`,
};

/** A message as it stands after it was to be put off: `scheduled`, by this call or an earlier one, or something else. */
export interface Deferred {
  moved: boolean;
  status: MessageStatus;
  /** Where it is scheduled. */
  deferral: Deferral | null;
}

/** Puts a queued message off until a time (epoch milliseconds); its validity grows by the wait. Undefined where there is none. */
export async function deferMessage(database: Database, message: StoredRef, sendAtMs: number): Promise<Deferred | undefined> {
  const [row] = await database.forWorkspaces<{ moved: boolean; status: MessageStatus; send_at: Date | null; valid_until: Date }>(
    [message.workspaceId],
    deferStatement,
    [message.workspaceId, new Date(message.createdAtMs), message.messageId, new Date(sendAtMs)],
  );
  return (
    row && {
      moved: row.moved,
      status: row.status,
      deferral:
        row.status === 'scheduled' && row.send_at ? { sendAtMs: row.send_at.getTime(), validUntilMs: row.valid_until.getTime() } : null,
    }
  );
}

import type { Advance } from '../domain/advance.js';
import { attemptStatusesThatYieldTo } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';

const statement: Statement = {
  name: 'refused_recipient',
  text: `
  select m.contact_id, c.phone_number
  from message m
  join send_attempt a on a.workspace_id = $1 and a.created_at = $2 and a.message_id = $3 and a.attempt = $4
  join contact c on c.workspace_id = $1 and c.id = m.contact_id
  where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and a.status = any ($5)`,
};

/**
 * To whom the attempt was that a provider says it refused; undefined where that is no news, so that a receipt which comes
 * again, perhaps after the recipient has opted in, says nothing.
 */
export async function refusedRecipient(
  database: Database,
  { workspaceId, messageId, createdAtMs, attempt, attemptStatus }: Advance,
): Promise<{ contactId: string; phoneNumber: string } | undefined> {
  if (!attemptStatus) return undefined;
  const values = [workspaceId, new Date(createdAtMs), messageId, attempt, attemptStatusesThatYieldTo(attemptStatus)];
  const [row] = await database.forWorkspace<{ contact_id: string; phone_number: string }>(workspaceId, statement, values);
  return row && { contactId: row.contact_id, phoneNumber: row.phone_number };
}

import type { Advance } from '../domain/advance.js';
import { attemptStatusesThatYieldTo } from '../domain/messageStatus.js';
import type { Statement } from '../platform/database.js';
import type { Readable } from './contents.js';
import { sealedContactOf } from './messages.js';

const statement: Statement = {
  name: 'refused_recipient',
  text: `
  select m.workspace_id, m.contact_id, c.contents as contact_contents, c.phone_number
  from message m
  join send_attempt a on a.workspace_id = $1 and a.created_at = $2 and a.message_id = $3 and a.attempt = $4
  join contact c on c.workspace_id = $1 and c.id = m.contact_id
  where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and a.status = any ($5)`,
};

interface RecipientRow extends Record<string, unknown> {
  workspace_id: string;
  contact_id: string;
  contact_contents: Buffer | null;
  phone_number: string | null;
}

/**
 * To whom the attempt was that a provider says it refused; undefined where that is no news, so that a receipt which comes
 * again, perhaps after the recipient has opted in, says nothing.
 */
export async function refusedRecipient(
  { database, contents }: Readable,
  { workspaceId, messageId, createdAtMs, attempt, attemptStatus }: Advance,
): Promise<{ contactId: string; phoneNumber: string | null } | undefined> {
  if (!attemptStatus) return undefined;
  const values = [workspaceId, new Date(createdAtMs), messageId, attempt, attemptStatusesThatYieldTo(attemptStatus)];
  const [row] = await database.forWorkspace<RecipientRow>(workspaceId, statement, values);
  if (!row) return undefined;
  const [contact] = await contents.open([sealedContactOf(row)]);
  return { contactId: row.contact_id, phoneNumber: contact?.phoneNumber ?? row.phone_number };
}

import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { auditValues, type ByHand } from './audit.js';

const addStatement: Statement = {
  name: 'add_sender',
  text: `
  with added as (
    insert into sender (workspace_id, id, phone_number) values ($1, $2, $3)
    -- No change: so that the row of another request that came at the same time is waited for, and answered.
    on conflict (workspace_id, phone_number) do update set phone_number = excluded.phone_number
    returning workspace_id, id, xmax = 0 as is_new
  ), audited as (
    insert into audit_event (workspace_id, action, id, actor, details, idempotency_key)
    select workspace_id, 'sender.added', $4::uuid, $5::text, $6::jsonb, $7::text from added where is_new
  )
  select id, is_new from added`,
};

/**
 * Makes an address, a number or a Messaging Service, a sender of the workspace, and notes who did it; one that is a sender
 * already stays as it is. Answers the sender's id.
 */
export async function addSender(
  database: Database,
  workspaceId: string,
  address: string,
  byHand: ByHand,
): Promise<{ id: string; isNew: boolean }> {
  const values = [workspaceId, uuidv7(), address, ...auditValues(byHand, { sender: address })];
  const [row] = await database.forWorkspace<{ id: string; is_new: boolean }>(workspaceId, addStatement, values);
  if (!row) throw new Error(`workspace ${workspaceId} did not take the sender`);
  return { id: row.id, isNew: row.is_new };
}

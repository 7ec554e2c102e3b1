import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { auditValues, type ByHand } from './audit.js';

const addStatement: Statement = {
  name: 'add_sender',
  text: `
  with before as (
    select provider from sender where workspace_id = $1 and phone_number = $3
  ), added as (
    insert into sender (workspace_id, id, phone_number, provider) values ($1, $2, $3, $4)
    -- Also without a change: so that the row of another request that came at the same time is waited for, and answered.
    on conflict (workspace_id, phone_number) do update set provider = coalesce(excluded.provider, sender.provider)
    returning workspace_id, id, provider, xmax = 0 as is_new
  ), audited as (
    insert into audit_event (workspace_id, action, id, actor, details, idempotency_key)
    select a.workspace_id, case when a.is_new then 'sender.added' else 'sender.moved' end, $5::uuid, $6::text,
      $7::jsonb || jsonb_build_object('provider', a.provider), $8::text
    from added a where a.is_new or a.provider is distinct from (select provider from before)
  )
  select id, is_new from added`,
};

/**
 * Makes an address, a number or a Messaging Service, a sender of the workspace that lives at a provider, and notes who did it.
 * One that is a sender already moves there; without a provider it stays where it is. Answers the sender's id.
 */
export async function addSender(
  database: Database,
  workspaceId: string,
  { phoneNumber, provider }: { phoneNumber: string; provider: string | undefined },
  byHand: ByHand,
): Promise<{ id: string; isNew: boolean }> {
  const values = [workspaceId, uuidv7(), phoneNumber, provider ?? null, ...auditValues(byHand, { sender: phoneNumber })];
  const [row] = await database.forWorkspace<{ id: string; is_new: boolean }>(workspaceId, addStatement, values);
  if (!row) throw new Error(`workspace ${workspaceId} did not take the sender`);
  return { id: row.id, isNew: row.is_new };
}

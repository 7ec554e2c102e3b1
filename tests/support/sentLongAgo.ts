import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from './anybody.js';
import { sql } from './database.js';
import { eventually } from './eventually.js';
import type { System } from './system.js';

// As if it had been stored, and all about it heard, at that time.
const aged = [
  'update message set created_at = $2, updated_at = $2 where id = $1',
  'update message_key set created_at = $2 where message_id = $1',
  'update send_attempt set created_at = $2 where message_id = $1',
  'update provider_reference set message_created_at = $2 where message_id = $1',
  'update callback_receipt set received_at = $2 where message_id = $1',
  `update message_event set created_at = $2, facts = case when facts ? 'createdAt' then facts || jsonb_build_object('createdAt', $2::timestamptz) else facts end
   where message_id = $1`,
];

/** A message of a workspace that went all its way, sealed as every one, and looks as if that had been at a time long ago. Answers its id. */
export async function sentLongAgo(
  system: System,
  at: Date,
  text: Record<string, unknown>,
  as: DemoWorkspace = system.workspace,
): Promise<string> {
  const { body } = await system.send({ to: anybody(), ...text }, undefined, as);
  await system.message(body.id, ['delivered'], { as });
  // Nothing changes it any more once that is recorded.
  await eventually(async () => {
    const rows = await sql(system.databaseUrl, 'select 1 from message where id = $1 and recorded_at is not null', [body.id]);
    return rows.length > 0;
  });
  await sql(system.databaseUrl, 'select ensure_week($1)', [at]);
  for (const statement of aged) await sql(system.databaseUrl, statement, [body.id, at]);
  return body.id;
}

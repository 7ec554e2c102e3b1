import { faultOf } from '../domain/limitsChange.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { namesWho } from './configurationVersions.js';
import { InvalidLimits } from './limits.js';

/** A sender's own limit inside its workspace's; null gives it up. */
export interface SenderLimitChange {
  senderId: string;
  ratePerSecond: number | null;
  burst: number | null;
}

const changeStatement: Statement = {
  name: 'change_sender_limits',
  text: `
  with ${namesWho(6, 8)}, input as (
    select * from unnest($2::uuid[], $3::integer[], $4::integer[]) as i (sender_id, rate_per_second, burst)
  ), changed as (
    update sender s set rate_per_second = i.rate_per_second, burst = i.burst
    from input i cross join who where s.workspace_id = $1 and s.id = i.sender_id
    returning s.workspace_id, s.id
  ), epoch as (
    update workspace set limits_epoch = limits_epoch + 1 where id in (select workspace_id from changed)
  )
  insert into audit_event (workspace_id, id, actor, action, details)
  select distinct workspace_id, $5::uuid, $6::text, 'sender_limits.changed', $7::jsonb from changed`,
};

/** Sets the limits of senders, makes tokens given under the old ones void, and notes who did it. Rejects with InvalidLimits. */
export async function changeSenderLimits(
  database: Database,
  workspaceId: string,
  changes: SenderLimitChange[],
  { actor, reason }: { actor: string; reason?: string },
): Promise<void> {
  for (const { ratePerSecond, burst } of changes) {
    if ((ratePerSecond === null) !== (burst === null))
      throw new InvalidLimits('give a sender both ratePerSecond and burst, or null for both');
    const fault = ratePerSecond === null || burst === null ? undefined : faultOf({ ratePerSecond, burst });
    if (fault) throw new InvalidLimits(fault);
  }
  await database.forWorkspace(workspaceId, changeStatement, [
    workspaceId,
    changes.map(({ senderId }) => senderId),
    changes.map(({ ratePerSecond }) => ratePerSecond),
    changes.map(({ burst }) => burst),
    uuidv7(),
    actor,
    JSON.stringify({ senders: changes, ...(reason !== undefined && { reason }) }),
    reason ?? null,
  ]);
}

import { cooldownMaxMs, cooldownToleranceMs } from '../domain/limits.js';
import { faultOf, type LimitsChange } from '../domain/limitsChange.js';
import type { RateLimits } from '../domain/rateLimit.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { namesWho } from './configurationVersions.js';
import { type LimitsRow, limitsColumns, limitsOf } from './limitsRow.js';

/** A change of limits that names no field, or one out of its range. The message says which, and what it may be. */
export class InvalidLimits extends Error {
  override name = 'InvalidLimits';
}

const readStatement: Statement = { name: 'read_limits', text: `select ${limitsColumns} from workspace w where w.id = $1` };

/** A workspace's limits as they are now; throws where there is no such workspace. */
export async function readLimits(database: Database, workspaceId: string): Promise<RateLimits & { cooldownMs: number }> {
  const [row] = await database.forWorkspace<LimitsRow>(workspaceId, readStatement, [workspaceId]);
  if (!row) throw new Error(`workspace ${workspaceId} does not exist`);
  return limitsOf(row);
}

const changeStatement: Statement = {
  name: 'change_limits',
  text: `
  with ${namesWho(7, 10)}, changed as (
    update workspace set rate_per_second = coalesce($2, rate_per_second), burst = coalesce($3, burst),
      cooldown_ms = coalesce($4, cooldown_ms), count_by = coalesce($5, count_by),
      cooldown_until = case when $9::boolean then null else cooldown_until end, limits_epoch = limits_epoch + 1
    from who where id = $1
    returning id, limits_epoch
  ), lifted as (
    update sender set cooldown_until = null where workspace_id = $1 and $9::boolean and cooldown_until is not null
  )
  insert into audit_event (workspace_id, id, actor, action, details)
  select id, $6::uuid, $7::text, 'limits.changed', $8::jsonb || jsonb_build_object('epoch', limits_epoch) from changed`,
};

/**
 * Changes limits, makes all tokens given under the old ones void, and notes who did it, in one statement. Answers the
 * limits as they are then. Rejects with InvalidLimits.
 */
export async function changeLimits(
  database: Database,
  workspaceId: string,
  change: LimitsChange & { reason?: string },
  actor: string,
): Promise<RateLimits> {
  const fault = faultOf(change);
  if (fault) throw new InvalidLimits(fault);
  const { ratePerSecond = null, burst = null, cooldownMs = null, countBy = null } = change;
  const details = JSON.stringify(change);
  await database.forWorkspace(workspaceId, changeStatement, [
    workspaceId,
    ratePerSecond,
    burst,
    cooldownMs,
    countBy,
    uuidv7(),
    actor,
    details,
    change.cooldownUntil === null,
    change.reason ?? null,
  ]);
  return readLimits(database, workspaceId);
}

export interface Cooldown {
  /** Only this sender; the whole workspace where there is none. */
  senderId?: string;
  forMs: number;
  reason: string;
  actor: string;
}

const audited = (table: string) => `insert into audit_event (workspace_id, id, actor, action, details)
  select workspace_id, $4::uuid, $5::text, 'cooldown.started', $6::jsonb || jsonb_build_object('until', cooldown_until) from ${table}`;

/** Of two that come at once the second waits for the row, sees what the first has set, and changes nothing. */
const isLonger = `(cooldown_until is null or cooldown_until < now() + ($2::integer - $3::integer) * interval '1 millisecond')`;

const coolWorkspaceStatement: Statement = {
  name: 'cool_workspace',
  text: `
  with cooled as (
    update workspace set cooldown_until = now() + $2::integer * interval '1 millisecond', limits_epoch = limits_epoch + 1
    where id = $1 and ${isLonger}
    returning id as workspace_id, cooldown_until
  ) ${audited('cooled')}
  returning id`,
};

const coolSenderStatement: Statement = {
  name: 'cool_sender',
  text: `
  with cooled as (
    update sender set cooldown_until = now() + $2::integer * interval '1 millisecond'
    where workspace_id = $1 and id = $7 and ${isLonger}
    returning workspace_id, cooldown_until
  ), changed as (
    update workspace set limits_epoch = limits_epoch + 1 where id in (select workspace_id from cooled)
  ) ${audited('cooled')}
  returning id`,
};

/**
 * Stops all sending of a workspace, or from one of its senders, for a time: every token that is out is void. A cooldown
 * that lasts as long is on already where many refusals come at once; then nothing changes.
 *
 * @returns whether this call started or lengthened it
 */
export async function startCooldown(database: Database, workspaceId: string, cooldown: Cooldown): Promise<boolean> {
  const { senderId, forMs, reason, actor } = cooldown;
  if (!(Number.isInteger(forMs) && forMs >= 0 && forMs <= cooldownMaxMs))
    throw new InvalidLimits(`forMs must be a whole number from 0 to ${cooldownMaxMs}, not ${forMs}`);
  const details = JSON.stringify({ reason, forMs, ...(senderId !== undefined && { senderId }) });
  const values = [workspaceId, forMs, cooldownToleranceMs, uuidv7(), actor, details];
  const rows = await (senderId === undefined
    ? database.forWorkspace(workspaceId, coolWorkspaceStatement, values)
    : database.forWorkspace(workspaceId, coolSenderStatement, [...values, senderId]));
  return rows.length > 0;
}

import { type Breaker, type BreakerRef, type BreakerScope, type ForcedState, newBreaker } from '../domain/breaker.js';
import { wallClock } from '../platform/checkedClock.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';

/** A breaker's row as JSON, which can carry its times: epoch milliseconds. */
export interface BreakerRow extends Record<string, unknown> {
  scope: BreakerScope;
  subject: string;
  state: Breaker['state'];
  failures: number;
  opens: number;
  sinceMs: number;
  retryAtMs: number;
  probe: string | null;
  reason: string;
  forced: ForcedState | null;
  forcedUntilMs: number | null;
  version: number;
}

const ms = (column: string) => `(extract(epoch from b.${column}) * 1000)::double precision`;
const breakerJson = `json_build_object('scope', b.scope, 'subject', b.subject, 'state', b.state, 'failures', b.failures, 'opens', b.opens,
    'sinceMs', ${ms('since')}, 'retryAtMs', ${ms('retry_at')}, 'probe', b.probe, 'reason', b.reason, 'forced', b.forced,
    'forcedUntilMs', ${ms('forced_until')}, 'version', b.version)`;

/** What a statement selects of workspace $1 to know its breakers: all that are not simply closed, without a failure. */
export const breakersColumn = `(select coalesce(json_agg(${breakerJson}), '[]') from breaker b
      where b.workspace_id = $1 and (b.state <> 'closed' or b.failures > 0 or b.forced_until > now())) as breakers`;

export function toBreaker({ version: _, forced, forcedUntilMs, ...row }: BreakerRow): Breaker {
  return { ...row, forced: forced && { state: forced, untilMs: forcedUntilMs ?? 0 } } as Breaker;
}

/** How many breakers are not closed, by scope. As role maintenance. */
export async function openBreakers(database: Database): Promise<Record<BreakerScope, number>> {
  const rows = await database.asMaintenance<{ scope: BreakerScope; count: number }>(
    `select scope, count(*)::integer as count from breaker
     where case when forced_until > now() then forced = 'open' else state <> 'closed' end group by scope`,
  );
  return { account: 0, sender: 0, ...Object.fromEntries(rows.map(({ scope, count }) => [scope, count])) };
}

const readStatement: Statement = {
  name: 'read_breaker',
  text: `select ${breakerJson} as breaker from breaker b where b.workspace_id = $1 and b.scope = $2 and b.subject = $3`,
};

const writeStatement: Statement = {
  name: 'write_breaker',
  text: `
  with changed as (
    insert into breaker as b (workspace_id, scope, subject, state, failures, opens, since, retry_at, probe, reason, forced, forced_until,
      version)
    values ($1, $2, $3, $4, $16, $5, $6, $7, $8, $9, $10, $11, 1)
    on conflict (workspace_id, scope, subject) do update
      set state = excluded.state, failures = excluded.failures, opens = excluded.opens, since = excluded.since, retry_at = excluded.retry_at, probe = excluded.probe,
        reason = excluded.reason, forced = excluded.forced, forced_until = excluded.forced_until, version = b.version + 1
      where b.version = $12
    returning workspace_id
  ), audited as (
    insert into audit_event (workspace_id, id, actor, action, details)
    select workspace_id, $13::uuid, $14::text, $15::text, $17::jsonb from changed where $14::text is not null
  )
  select workspace_id from changed`,
};

/** What the audit notes with a change that a person makes. */
export interface BreakerAudit {
  actor: string;
  action: string;
  details: Record<string, unknown>;
}

/** Between two processes that change a breaker at the same moment one reads anew; more than this is no chance any more. */
const triesMax = 10;

/**
 * Changes a breaker as `change` says, which sees it as it stands and answers null where nothing is to be changed. Of several
 * at the same moment each sees what the one before has made of it.
 *
 * @returns the breaker as it is then, and whether this call changed it
 */
export async function changeBreaker(
  database: Database,
  workspaceId: string,
  ref: BreakerRef,
  change: (breaker: Breaker) => Breaker | null,
  audit?: BreakerAudit,
): Promise<{ breaker: Breaker; changed: boolean }> {
  for (let tries = 1; ; tries++) {
    const [found] = await database.forWorkspace<{ breaker: BreakerRow }>(workspaceId, readStatement, [workspaceId, ref.scope, ref.subject]);
    const breaker = found ? toBreaker(found.breaker) : newBreaker(ref, wallClock.now());
    const next = change(breaker);
    if (!next) return { breaker, changed: false };
    const { state, failures, opens, sinceMs, retryAtMs, probe, reason, forced } = next;
    const written = await database.forWorkspace(workspaceId, writeStatement, [
      workspaceId,
      ref.scope,
      ref.subject,
      state,
      opens,
      new Date(sinceMs),
      new Date(retryAtMs),
      probe,
      reason,
      forced?.state ?? null,
      forced ? new Date(forced.untilMs) : null,
      found?.breaker.version ?? 0,
      uuidv7(),
      audit?.actor ?? null,
      audit?.action ?? null,
      failures,
      JSON.stringify(audit?.details ?? {}),
    ]);
    if (written.length > 0) return { breaker: next, changed: true };
    if (tries >= triesMax) throw new Error(`breaker ${ref.scope} ${ref.subject} changes all the time`);
  }
}

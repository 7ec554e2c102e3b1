import type pg from 'pg';
import { forcedHoldYears, restoredEpochStep, restoredSequenceStep } from '../domain/limits.js';
import type { Database } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';

/** A restore after which it is still to be found out what happened since the backup. */
export interface Restoration {
  id: string;
  backupAtMs: number;
  restoredAtMs: number;
}

/** Why accounts are held; what a release looks for. */
const heldBecause = 'the database was restored from a backup, and what went out since is being looked for';

/**
 * Marks a database that was restored, before anything of the product runs on it. Every account is held. Numbers of events and
 * epochs of limits go on far beyond what was given since the backup: a socket that has seen those asks for what comes after
 * them, and the limiters of before know no newer limits than these. `client` as role maintenance.
 */
export async function holdAfterRestore(client: pg.Client, backupAt: Date): Promise<void> {
  await client.query('begin');
  try {
    await client.query('insert into restoration (id, backup_at) values ($1, $2)', [uuidv7(), backupAt]);
    await client.query('update workspace_sequence set last_seq = last_seq + $1', [restoredSequenceStep]);
    await client.query('update workspace set limits_epoch = limits_epoch + $1', [restoredEpochStep]);
    await client.query(
      `insert into breaker as b (workspace_id, scope, subject, state, failures, opens, since, retry_at, reason, forced, forced_until, version)
       select workspace_id, 'account', provider, 'closed', 0, 0, now(), now(), $1, 'open', now() + $2 * interval '1 year', 1 from provider_account
       on conflict (workspace_id, scope, subject) do update set reason = excluded.reason, forced = excluded.forced,
         forced_until = excluded.forced_until, since = excluded.since, version = b.version + 1`,
      [heldBecause, forcedHoldYears],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** The restore that is to be reconciled, once it is `quietMs` old; for `claimMs` nobody else gets it. As role maintenance. */
export async function claimRestoration(database: Database, quietMs: number, claimMs: number): Promise<Restoration | undefined> {
  const [row] = await database.asMaintenance<{ id: string; backup_at: Date; restored_at: Date }>(
    `update restoration set claimed_until = now() + $2 * interval '1 millisecond'
     where id = (select id from restoration where reconciled_at is null and claimed_until < now()
         and restored_at < now() - $1 * interval '1 millisecond'
       order by backup_at limit 1 for update skip locked)
     returning id, backup_at, restored_at`,
    [quietMs, claimMs],
  );
  return row && { id: row.id, backupAtMs: row.backup_at.getTime(), restoredAtMs: row.restored_at.getTime() };
}

/** Gives a restore back that could not be reconciled now. As role maintenance. */
export async function giveBackRestoration(database: Database, { id }: Restoration): Promise<void> {
  await database.asMaintenance(`update restoration set claimed_until = '-infinity' where id = $1`, [id]);
}

/** Says what was found, and lets the accounts go where no other restore is to be reconciled. As role maintenance. */
export async function finishRestoration(database: Database, { id }: Restoration, summary: object): Promise<void> {
  await database.asMaintenance(
    `with done as (
       update restoration set reconciled_at = now(), summary = $2 where id = $1 returning id
     )
     update breaker b set forced = null, forced_until = null, reason = '', version = version + 1
     where b.forced = 'open' and b.reason = $3 and not exists (select from restoration r where r.reconciled_at is null and r.id <> $1)`,
    [id, JSON.stringify(summary), heldBecause],
  );
}

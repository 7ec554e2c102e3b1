import type { Database } from '../platform/database.js';

/** How long a workspace's messages are kept. */
export interface Retention {
  workspaceId: string;
  /** Days; null for as long as the archive lasts. */
  messageDays: number | null;
  /** Days that the texts of its messages are kept; null for as long as the messages are. */
  contentDays: number | null;
  /** Nothing of it is removed, whatever its days say. */
  legalHold: boolean;
}

/** Workspaces that have decided something about it. */
export async function retentions(database: Database): Promise<Retention[]> {
  return database.asMaintenance<Retention & Record<string, unknown>>(
    `select id as "workspaceId", message_days as "messageDays", content_days as "contentDays", legal_hold as "legalHold" from workspace
     where message_days is not null or content_days is not null or legal_hold order by id`,
  );
}

/**
 * Removes a workspace's messages from the hot tables that are older than its days, with all that belongs to them; at most
 * `limit` of them, the oldest first. What has not ended, or is parked, stays. Answers how many went; the statement looks at
 * the workspace's retention itself, so that a hold that was just set holds, and at Postgres' clock.
 */
export async function removeOldest(
  database: Database,
  { workspaceId, messageDays }: { workspaceId: string; messageDays: number },
  limit: number,
): Promise<number> {
  const [row] = await database.asMaintenance<{ removed: number }>(
    `with due as (
       select m.workspace_id, m.created_at, m.id from workspace w join message m on m.workspace_id = w.id
       where w.id = $1 and m.workspace_id = $1 and not w.legal_hold and w.message_days = $3
         and m.created_at < now() - $3::integer * interval '24 hours'
         and m.recorded_at is not null and m.status <> 'parked'
       order by m.created_at, m.id limit $2 for update of m
     ), receipts as (
       delete from callback_receipt r using due d where r.workspace_id = $1 and r.message_id = d.id
     ), events as (
       delete from message_event e using due d where e.workspace_id = $1 and e.message_id = d.id
     ), attempts as (
       delete from send_attempt a using due d where a.workspace_id = $1 and a.created_at = d.created_at and a.message_id = d.id
     ), refs as (
       delete from provider_reference p using due d where p.workspace_id = $1 and p.message_id = d.id
     ), keys as (
       delete from message_key k using due d where k.workspace_id = $1 and k.message_id = d.id
     ), messages as (
       delete from message m using due d where m.workspace_id = $1 and m.created_at = d.created_at and m.id = d.id returning m.id
     )
     select count(*)::integer as removed from messages`,
    [workspaceId, limit, messageDays],
  );
  return row?.removed ?? 0;
}

import { archiveStatementTimeoutMs } from '../domain/archiveLimits.js';
import { campaignCharactersMax } from '../domain/historyLimits.js';
import { nilUuid } from '../domain/ids.js';
import type { Database } from '../platform/database.js';
import { forgetWordsOfMessages } from './wordIndex.js';

/** A workspace that keeps texts for so many days. */
export interface ContentRetention {
  workspaceId: string;
  contentDays: number;
}

interface Looked extends Record<string, unknown> {
  created_at: Date;
  id: string;
  contact_id: string;
  ended: boolean;
}

const hasEnded = "m.recorded_at is not null and m.status <> 'parked'";
const hasText = '(m.contents is not null or m.body is not null)';

// Locked, and the state is looked at under the lock: one that somebody queues again first keeps its text until it ends, and one
// that loses it first is not queued again any more. The settings are looked at here, so that
// a hold that was just set holds; and the time is Postgres', since a process with a wrong clock would remove what is still kept.
const removal = (source: string, rest: string) => `
  with page as (
    select m.created_at, m.id, m.contact_id, ${hasEnded} as ended
    from workspace w join ${source}
    where w.id = $1 and m.workspace_id = $1 and not w.legal_hold and w.content_days = $3 and m.created_at < now() - $3::integer * interval '24 hours' and ${rest}
    order by m.created_at, m.id limit $2 for update of m
  ), receipts as (
    update callback_receipt r set raw = null, contents = null from page p where p.ended and r.workspace_id = $1 and r.message_id = p.id
  ), texts as (
    update message m set contents = null, body = null, media_urls = '{}', metadata = '{}',
      campaign = coalesce(m.campaign, left(m.metadata ->> 'campaign', ${campaignCharactersMax})),
      content_removed_at = now(), content_kept_days = $3
    from page p
    where p.ended and m.workspace_id = $1 and m.created_at = p.created_at and m.id = p.id and ${hasText}
  ), kept as (
    insert into content_kept (workspace_id, created_at, message_id) select $1, created_at, id from page where not ended on conflict do nothing
  )
  select * from page order by created_at, id`;

const afterPlace = '(m.created_at, m.id) > ($4, $5) and m.created_at >= $4';
const removeNext = removal('message m on m.workspace_id = w.id', afterPlace);
const removeOfWeek = removal('message m on m.workspace_id = w.id', `${afterPlace} and m.created_at < $6 and ${hasEnded} and ${hasText}`);
const removeKept = removal(
  'content_kept k on k.workspace_id = w.id join message m on m.workspace_id = k.workspace_id and m.created_at = k.created_at and m.id = k.message_id',
  hasEnded,
);

/**
 * Removes the texts of the next messages of a workspace that are older than its days, at most `limit`: with media, metadata,
 * what providers reported, and the hashes of their words. A message that has not ended is passed by, and noted. Answers how
 * many messages were looked at. Ran again after it was interrupted, it does the same once more. As role maintenance.
 */
export async function removeNextContents(
  database: Database,
  { workspaceId, contentDays }: ContentRetention,
  limit: number,
): Promise<number> {
  const [from] = await database.asMaintenance<{ created_at: Date; message_id: string }>(
    'select created_at, message_id from content_removal where workspace_id = $1',
    [workspaceId],
  );
  const place = [from?.created_at ?? new Date(0), from?.message_id ?? nilUuid];
  const looked = await database.asMaintenance<Looked>(removeNext, [workspaceId, limit, contentDays, ...place]);
  const last = looked.at(-1);
  if (!last) return 0;
  await forgetWords(database, workspaceId, looked);
  // Moved on only now: what is interrupted before this is looked at again.
  await database.asMaintenance(
    `insert into content_removal as r (workspace_id, created_at, message_id) values ($1, $2, $3) on conflict (workspace_id) do update
     set created_at = excluded.created_at, message_id = excluded.message_id
     where (r.created_at, r.message_id) < (excluded.created_at, excluded.message_id)`,
    [workspaceId, last.created_at, last.id],
  );
  return looked.length;
}

/** The same of messages that were passed by and have ended since, at most `limit`. */
export async function removeKeptContents(
  database: Database,
  { workspaceId, contentDays }: ContentRetention,
  limit: number,
): Promise<number> {
  // Those that were removed themselves meanwhile.
  await database.asMaintenance(
    `delete from content_kept k where k.workspace_id = $1 and not exists (
       select from message m where m.workspace_id = k.workspace_id and m.created_at = k.created_at and m.id = k.message_id)`,
    [workspaceId],
  );
  const looked = await database.asMaintenance<Looked>(removeKept, [workspaceId, limit, contentDays]);
  if (looked.length === 0) return 0;
  await forgetWords(database, workspaceId, looked);
  await database.asMaintenance(
    `delete from content_kept k using unnest($2::timestamptz[], $3::uuid[]) as i (created_at, message_id)
     where k.workspace_id = $1 and k.created_at = i.created_at and k.message_id = i.message_id`,
    [workspaceId, looked.map((row) => row.created_at), looked.map((row) => row.id)],
  );
  return looked.length;
}

/**
 * The same of all messages of a week that have ended, `limit` in one transaction, before the week is archived: wherever the walk
 * is, and also of those that were stored behind it, because they had waited for longer than their texts are kept.
 */
export async function removeContentsOfWeek(
  database: Database,
  { workspaceId, contentDays }: ContentRetention,
  { startMs, endMs }: { startMs: number; endMs: number },
  limit: number,
): Promise<number> {
  let place = [new Date(startMs), nilUuid];
  for (let count = 0; ; ) {
    const values = [workspaceId, limit, contentDays, ...place, new Date(endMs)];
    const looked = await database.asMaintenanceForLong<Looked>(archiveStatementTimeoutMs, removeOfWeek, values);
    await forgetWords(database, workspaceId, looked);
    count += looked.length;
    const last = looked.at(-1);
    if (!last || looked.length < limit) return count;
    place = [last.created_at, last.id];
  }
}

function forgetWords(database: Database, workspaceId: string, looked: Looked[]): Promise<void> {
  const ended = looked.filter((row) => row.ended);
  return forgetWordsOfMessages(
    database,
    workspaceId,
    ended.map((row) => ({ workspaceId, messageId: row.id, createdAtMs: row.created_at.getTime(), contactId: row.contact_id })),
  );
}

import { nilUuid } from '../domain/ids.js';
import type { FailedStatus } from '../domain/queues.js';
import type { FailedCursor, RedriveFilter } from '../domain/redrive.js';
import type { Database, Statement } from '../platform/database.js';
import type { StoredRef } from './messages.js';

/** Conditions of a filter, on parameters $2 to $7; null holds for all. */
const matches = `
  m.workspace_id = $1 and m.failed_at is not null
    and ($2::text[] is null or m.status = any ($2)) and ($3::text[] is null or m.error_code = any ($3))
    and ($4::text[] is null or m.priority = any ($4)) and ($5::timestamptz is null or m.created_at >= $5)
    and ($6::timestamptz is null or m.created_at < $6) and ($7::uuid is null or m.sender_id = $7)`;

function valuesOf(workspaceId: string, filter: RedriveFilter): unknown[] {
  const { status, errorCode, lane, acceptedAfter, acceptedBefore, senderId } = filter;
  return [
    workspaceId,
    status ?? null,
    errorCode ?? null,
    lane ?? null,
    acceptedAfter === undefined ? null : new Date(acceptedAfter),
    acceptedBefore === undefined ? null : new Date(acceptedBefore),
    senderId ?? null,
  ];
}

const countStatement: Statement = {
  name: 'count_failed',
  text: `select m.status, count(*)::integer as count from message m where ${matches} group by m.status`,
};

/** How many messages of the failed queue a filter matches, by state. */
export async function countFailed(
  database: Database,
  workspaceId: string,
  filter: RedriveFilter,
): Promise<Partial<Record<FailedStatus, number>>> {
  const rows = await database.forWorkspace<{ status: FailedStatus; count: number }>(
    workspaceId,
    countStatement,
    valuesOf(workspaceId, filter),
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const pageStatement: Statement = {
  name: 'failed_page',
  text: `select m.id, m.created_at, m.failed_at from message m
    where ${matches} and m.failed_at < $8 and m.failed_at >= $9 and (m.failed_at, m.id) > ($9, $10)
    order by m.failed_at, m.id limit $11`,
};

/** A message of the failed queue, with its place in it. */
export interface FailedRef extends StoredRef {
  cursor: FailedCursor;
}

/** Matching messages that failed before a time, after a place in the queue, the oldest first. */
export async function failedPage(
  database: Database,
  workspaceId: string,
  filter: RedriveFilter,
  { beforeMs, after, limit }: { beforeMs: number; after: FailedCursor | null; limit: number },
): Promise<FailedRef[]> {
  const { failedAtMs, messageId } = after ?? { failedAtMs: 0, messageId: nilUuid };
  const rows = await database.forWorkspace<{ id: string; created_at: Date; failed_at: Date }>(workspaceId, pageStatement, [
    ...valuesOf(workspaceId, filter),
    new Date(beforeMs),
    new Date(failedAtMs),
    messageId,
    limit,
  ]);
  return rows.map((row) => ({
    workspaceId,
    messageId: row.id,
    createdAtMs: row.created_at.getTime(),
    cursor: { failedAtMs: row.failed_at.getTime(), messageId: row.id },
  }));
}

import type { CancellationFilter } from '../domain/cancellation.js';
import { cancelableStatuses, type MessageStatus } from '../domain/messageStatus.js';
import type { Priority } from '../domain/priority.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { auditStates, type ByHand } from './audit.js';
import { appendEvents } from './messageEvents.js';
import { noFacts } from './messageFacts.js';
import type { StoredRef } from './messages.js';

/** Conditions of a filter, on parameters $1 to $7; null holds for all. Only open messages, so the index of those serves it. */
const matches = `
  m.workspace_id = $1 and m.recorded_at is null and coalesce(m.accepted_at, m.created_at) < $2
    and m.status in (${cancelableStatuses.map((status) => `'${status}'`).join(', ')})
    and ($3::text[] is null or m.priority = any ($3)) and ($4::text is null or m.category = $4)
    and ($5::timestamptz is null or m.created_at >= $5) and ($6::timestamptz is null or m.created_at < $6)
    and ($7::uuid is null or m.sender_id = $7)`;

function valuesOf(workspaceId: string, filter: CancellationFilter, acceptedBeforeMs: number): unknown[] {
  const { lane, category, acceptedAfter, acceptedBefore, senderId } = filter;
  const time = (text: string | undefined) => (text === undefined ? null : new Date(text));
  return [
    workspaceId,
    new Date(acceptedBeforeMs),
    lane ?? null,
    category ?? null,
    time(acceptedAfter),
    time(acceptedBefore),
    senderId ?? null,
  ];
}

export const countCancelableStatement: Statement = {
  name: 'count_cancelable',
  text: `select m.status, m.priority as lane, count(*)::integer as count from message m where ${matches} group by m.status, m.priority
    order by m.status, m.priority`,
};

/** So many messages of one state and lane. */
export interface CancelableShare extends Record<string, unknown> {
  status: MessageStatus;
  lane: Priority;
  count: number;
}

/** How many messages a filter matches that have not left, by state and lane. */
export function countCancelable(
  database: Database,
  workspaceId: string,
  filter: CancellationFilter,
  acceptedBeforeMs: number,
): Promise<CancelableShare[]> {
  return database.forWorkspace<CancelableShare>(workspaceId, countCancelableStatement, valuesOf(workspaceId, filter, acceptedBeforeMs));
}

// Locked in order of their ids and before the sequence, as by every statement; then looked at once more, since a send may
// have begun before the lock was had.
export const cancelMatchingStatement: Statement = {
  name: 'cancel_matching',
  text: `
  with found as (
    select m.created_at, m.id from message m where ${matches} order by m.created_at, m.id limit $8
  ), locked as (
    select m.*, row_number() over () as place from (
      select m.* from message m join found f on m.created_at = f.created_at and m.id = f.id
      where m.workspace_id = $1 and m.status in (${cancelableStatuses.map((status) => `'${status}'`).join(', ')})
      order by m.id for update of m
    ) m
  ), moved as (
    update message m set status = 'canceled', updated_at = now(), recorded_at = now()
    from locked l where m.workspace_id = $1 and m.created_at = l.created_at and m.id = l.id
    returning m.workspace_id, m.contact_id, m.id as message_id, m.created_at, m.direction, m.status, m.generation, m.attempt,
      m.provider_message_id, m.error_code, m.error_message, ${noFacts} as facts, l.place as n
  ), audited as (
    insert into audit_event (workspace_id, id, actor, action, details, message_id)
    select m.workspace_id, ($9::uuid[])[m.n], $10::text, 'message.canceled', $11::jsonb || ${auditStates('l', 'm')}, m.message_id
    from moved m join locked l on l.id = m.message_id
  ), ${appendEvents('moved', 'exists')}
  select f.count, m.message_id, m.created_at from (select count(*)::integer as count from found) f left join moved m on true`,
};

/**
 * Cancels the oldest messages that match and have not left, each with its event and its entry in the audit; answers them, and
 * whether nothing is left. The
 * statement that begins a send takes the same lock: one of the two comes first.
 */
export async function cancelMatching(
  database: Database,
  workspaceId: string,
  filter: CancellationFilter,
  { acceptedBeforeMs, limit }: { acceptedBeforeMs: number; limit: number },
  { actor, reason, cancellationId }: ByHand & { cancellationId: string },
): Promise<{ canceled: StoredRef[]; isLast: boolean }> {
  const details = JSON.stringify({ cancellationId, ...(reason !== undefined && { reason }) });
  const ids = Array.from({ length: limit }, () => uuidv7());
  type Row = { count: number; message_id: string | null; created_at: Date };
  const values = [...valuesOf(workspaceId, filter, acceptedBeforeMs), limit, ids, actor, details];
  const rows = await database.forWorkspaces<Row>([workspaceId], cancelMatchingStatement, values);
  return {
    canceled: rows.flatMap((row) =>
      row.message_id === null ? [] : [{ workspaceId, messageId: row.message_id, createdAtMs: row.created_at.getTime() }],
    ),
    isLast: (rows[0]?.count ?? 0) < limit,
  };
}

import { throughputEventsMax, throughputSpanMs } from '../domain/limits.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Priority } from '../domain/priority.js';
import type { QueueName, QueueShare } from '../domain/queues.js';
import { failedStatuses, outboundStatuses, processingStatuses } from '../domain/queues.js';
import type { Database, Statement } from '../platform/database.js';
import type { Readable } from './contents.js';
import { type MessageRow, messageColumns, messageParties, openMessages, type StoredMessage } from './messages.js';

interface ShareRow extends Record<string, unknown> {
  direction: 'outbound' | 'inbound';
  priority: Priority;
  status: MessageStatus;
  count: number;
  oldest_at: Date;
}

const toShare = ({ direction, priority, status, count, oldest_at }: ShareRow): QueueShare => ({
  direction,
  lane: priority,
  status,
  count,
  oldestAt: oldest_at,
});

export const openSharesStatement: Statement = {
  name: 'open_shares',
  text: `select direction, priority, status, count(*)::integer as count, min(created_at) as oldest_at
    from message where workspace_id = $1 and recorded_at is null group by direction, priority, status`,
};

export const failedSharesStatement: Statement = {
  name: 'failed_shares',
  text: `select direction, priority, status, count(*)::integer as count, min(failed_at) as oldest_at
    from message where workspace_id = $1 and failed_at is not null group by direction, priority, status`,
};

/** What is open, and what is in the failed queue, by lane and state: from the indexes of those messages, however many others there are. */
export async function queueShares(database: Database, workspaceId: string): Promise<{ open: QueueShare[]; failed: QueueShare[] }> {
  const [open, failed] = await Promise.all(
    [openSharesStatement, failedSharesStatement].map((statement) => database.forWorkspace<ShareRow>(workspaceId, statement, [workspaceId])),
  );
  return { open: (open ?? []).map(toShare), failed: (failed ?? []).map(toShare) };
}

/** What happened in the last minute, in messages. */
export interface Throughput {
  /** Taken by the provider. */
  taken: number;
  /** Ended, in whatever way. */
  ended: number;
  /** Came into the failed queue. */
  failed: number;
  /** Came in from outside. */
  received: number;
}

// The numbers of events have no gaps: so the newest ones are a range of the primary key.
export const throughputStatement: Statement = {
  name: 'throughput',
  text: `
  with recent as (
    select e.message_id, e.status, e.direction
    from message_event e
    -- Known before the statement begins to read: so the index leads to the newest, not to all of the week.
    where e.workspace_id = $1 and e.created_at > $2
      and e.seq > (select s.last_seq - ${throughputEventsMax} from workspace_sequence s where s.workspace_id = $1)
  )
  select count(distinct message_id) filter (where direction = 'outbound' and status in ('accepted', 'sending', 'sent'))::integer as taken,
    count(distinct message_id) filter (where status in ('delivered', 'undelivered', 'failed', 'canceled', 'expired'))::integer as ended,
    count(distinct message_id) filter (where status in (${failedStatuses.map((status) => `'${status}'`).join(', ')}))::integer as failed,
    count(distinct message_id) filter (where direction = 'inbound')::integer as received
  from recent`,
};

/** Messages of the last minute, counted in the newest `throughputEventsMax` events: in a workspace that has more in a minute, at least so many. */
export async function throughput(database: Database, workspaceId: string): Promise<Throughput> {
  const since = new Date(Date.now() - throughputSpanMs);
  const [row] = await database.forWorkspace<Throughput & Record<string, unknown>>(workspaceId, throughputStatement, [workspaceId, since]);
  return row ?? { taken: 0, ended: 0, failed: 0, received: 0 };
}

/** A message in a queue, with the time since when it is there. */
export type QueuedMessage = StoredMessage & { since: Date };

const ofQueue: Record<Exclude<QueueName, 'failed'>, { direction: 'outbound' | 'inbound'; statuses: readonly MessageStatus[] | null }> = {
  outbound: { direction: 'outbound', statuses: outboundStatuses },
  processing: { direction: 'outbound', statuses: processingStatuses },
  inbound: { direction: 'inbound', statuses: null },
};

export const openOfQueueStatement: Statement = {
  name: 'open_of_queue',
  text: `select ${messageColumns}, m.created_at as since from message m ${messageParties}
    where m.workspace_id = $1 and m.recorded_at is null and m.direction = $2 and ($3::text[] is null or m.status = any ($3))
      and m.created_at >= $4 and (m.created_at, m.id) > ($4, $5)
    order by m.created_at, m.id limit $6`,
};

export const failedOfQueueStatement: Statement = {
  name: 'failed_of_queue',
  text: `select ${messageColumns}, m.failed_at as since from message m ${messageParties}
    where m.workspace_id = $1 and m.failed_at is not null and m.failed_at >= $2 and (m.failed_at, m.id) > ($2, $3)
    order by m.failed_at, m.id limit $4`,
};

/** Messages of a queue after a place in it, the oldest first, at most `limit`. */
export async function messagesOfQueue(
  { database, contents }: Readable,
  workspaceId: string,
  queue: QueueName,
  after: { at: Date; id: string },
  limit: number,
): Promise<QueuedMessage[]> {
  if (queue === 'failed') {
    return opened(failedOfQueueStatement, [workspaceId, after.at, after.id, limit]);
  }
  const { direction, statuses } = ofQueue[queue];
  return opened(openOfQueueStatement, [workspaceId, direction, statuses, after.at, after.id, limit]);

  async function opened(statement: Statement, values: unknown[]): Promise<QueuedMessage[]> {
    const rows = await database.forWorkspace<MessageRow & { since: Date }>(workspaceId, statement, values);
    return (await openMessages(contents, rows)).map((message, place) => ({ ...message, since: (rows[place] as { since: Date }).since }));
  }
}

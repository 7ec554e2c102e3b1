import type { MessageRef } from '../domain/ids.js';
import { relayBatchMax, relayClaimMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { temporalPriorityKey } from '../domain/priority.js';
import type { Database, Statement } from '../platform/database.js';

const putStatement: Statement = {
  name: 'put_into_outbox',
  text: `insert into outbox (workspace_id, message_id, lane, accepted_at) values ($1, $2, $3, $4) on conflict do nothing`,
};

/** Notes that a message's workflow is still to be started. */
export async function putIntoOutbox(database: Database, message: OutboundMessage): Promise<void> {
  const { workspaceId, messageId, priority, acceptedAtMs } = message;
  await database.forWorkspaces([workspaceId], putStatement, [
    workspaceId,
    messageId,
    temporalPriorityKey[priority],
    new Date(acceptedAtMs),
  ]);
}

export interface ClaimedMessage extends MessageRef {
  /** Temporal's priority key: the lowest is the most urgent. */
  lane: number;
}

/** Takes the next messages, the most urgent lane first and each lane in the order of acceptance. They are taken for `relayClaimMs`. */
export async function claimFromOutbox(database: Database): Promise<ClaimedMessage[]> {
  const rows = await database.asMaintenance<{ workspace_id: string; message_id: string; lane: number; accepted_at: Date }>(
    `update outbox o set claimed_until = now() + $1 * interval '1 millisecond'
     from (select workspace_id, message_id from outbox where claimed_until < now() order by lane, accepted_at limit $2 for update skip locked) next
     where o.workspace_id = next.workspace_id and o.message_id = next.message_id
     returning o.workspace_id, o.message_id, o.lane, o.accepted_at`,
    [relayClaimMs, relayBatchMax],
  );
  rows.sort((a, b) => a.lane - b.lane || a.accepted_at.getTime() - b.accepted_at.getTime());
  return rows.map((row) => ({ workspaceId: row.workspace_id, messageId: row.message_id, lane: row.lane }));
}

/** Takes messages out whose workflows are started. */
export async function removeFromOutbox(database: Database, messages: MessageRef[]): Promise<void> {
  await database.asMaintenance(
    'delete from outbox o using unnest($1::uuid[], $2::uuid[]) as i (workspace_id, message_id) where o.workspace_id = i.workspace_id and o.message_id = i.message_id',
    [messages.map(({ workspaceId }) => workspaceId), messages.map(({ messageId }) => messageId)],
  );
}

/** Gives messages back that could not be started now. */
export async function releaseToOutbox(database: Database, messages: MessageRef[]): Promise<void> {
  await database.asMaintenance(
    `update outbox o set claimed_until = '-infinity' from unnest($1::uuid[], $2::uuid[]) as i (workspace_id, message_id)
     where o.workspace_id = i.workspace_id and o.message_id = i.message_id`,
    [messages.map(({ workspaceId }) => workspaceId), messages.map(({ messageId }) => messageId)],
  );
}

/** How many messages wait in the backup queue, and since when the oldest. */
export async function outboxDepth(database: Database): Promise<{ count: number; oldestAt: Date | null }> {
  const [row] = await database.asMaintenance<{ count: number; oldest_at: Date | null }>(
    'select count(*)::integer as count, min(accepted_at) as oldest_at from outbox',
  );
  return { count: row?.count ?? 0, oldestAt: row?.oldest_at ?? null };
}

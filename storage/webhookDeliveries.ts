import { webhookEndpointsPerLookMax, webhookEventsPerLookMax, webhookKeptMs, webhookPruneMax } from '../domain/limits.js';
import type { Notice } from '../domain/notifications.js';
import { type DeliveryStatus, statusCallbackTypes, type WebhookRef, webhookTestType } from '../domain/webhooks.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { noticeValues, raiseNotification } from './notifications.js';

/** One event on its way to one endpoint. */
export interface WebhookDelivery {
  /** The webhook-id: the same at every attempt. */
  id: string;
  type: string;
  status: DeliveryStatus;
  /** Attempts since it was made, or asked for again. */
  attempts: number;
  occurredAt: Date;
  createdAt: Date;
  /** When it is tried next; null once it has ended. */
  dueAt: Date | null;
  lastAttemptAt: Date | null;
  /** What the endpoint answered last; null where it did not answer. */
  responseStatus: number | null;
  error: string | null;
}

const columns = `id, type, status, attempts, occurred_at as "occurredAt", created_at as "createdAt", due_at as "dueAt",
  last_attempt_at as "lastAttemptAt", response_status as "responseStatus", error`;
type DeliveryRow = WebhookDelivery & Record<string, unknown>;

// Each endpoint has a place of its own in its workspace's numbered events. What lies behind it is copied and the place moved in
// one transaction: nothing is left out, and nothing comes twice. Numbers become visible in their order, so no later look finds an
// earlier one. Of two looks at the same time each takes other endpoints; first those that have waited longest.
const collectText = `
  with behind as (
    select e.workspace_id, e.id, e.kind, e.event_types, e.cursor_seq, e.cursor_at
    from webhook_endpoint e join workspace_sequence s using (workspace_id)
    where e.enabled and s.last_seq > e.cursor_seq
    order by e.cursor_at limit $1
    for update of e skip locked
  ), news as (
    select b.workspace_id, b.id as endpoint_id, 'message.' || m.status as type, m.status, b.kind, b.event_types, m.seq, m.created_at, m.message_id,
      m.contact_id, m.direction, m.attempt, m.provider_message_id, m.error_code, m.error_message, m.consent
    from behind b cross join lateral (
      select * from message_event m
      -- The time chooses the partitions: it may go back a little where numbers go on.
      where m.workspace_id = b.workspace_id and m.seq > b.cursor_seq and m.created_at > b.cursor_at - interval '1 minute'
      order by m.seq limit $2
    ) m
  ), copied as (
    insert into webhook_delivery (workspace_id, endpoint_id, type, occurred_at, seq, due_at, data)
    -- Not when its transaction began: another look may have been quicker since, and came before it.
    select workspace_id, endpoint_id, type, created_at, seq, statement_timestamp(), jsonb_build_object('seq', seq, 'messageId', message_id,
      'conversationId', contact_id, 'direction', direction, 'status', status, 'attempt', attempt, 'providerMessageId', provider_message_id,
      'error', case when error_code is not null then jsonb_build_object('code', error_code, 'message', coalesce(error_message, '')) end,
      'consent', consent)
    from news n
    -- One by one, by its key: all rows of the table would be read for a join.
    left join lateral (
      select true as named from status_callback s
      where n.kind = 'statusCallbacks' and s.workspace_id = n.workspace_id and s.message_id = n.message_id and s.endpoint_id = n.endpoint_id
      limit 1
    ) c on true
    -- Of the second kind, those of messages alone that came with a URL.
    where case kind when 'events' then type = any (event_types) else type = any ($3) and c.named end
    on conflict do nothing
  ), moved as (
    update webhook_endpoint e set cursor_seq = n.seq, cursor_at = n.at
    from (select workspace_id, endpoint_id, max(seq) as seq, max(created_at) as at from news group by workspace_id, endpoint_id) n
    where e.workspace_id = n.workspace_id and e.id = n.endpoint_id
  )
  select count(*)::integer as events from news`;

/** Makes deliveries of the events that are new to endpoints; answers how many events were looked at. As role maintenance. */
export async function collectWebhookDeliveries(database: Database): Promise<number> {
  const values = [webhookEndpointsPerLookMax, webhookEventsPerLookMax, statusCallbackTypes];
  const [row] = await database.asMaintenance<{ events: number }>(collectText, values);
  return row?.events ?? 0;
}

/** Endpoints that have something to be sent now. As role maintenance. */
export async function dueWebhookEndpoints(database: Database): Promise<WebhookRef[]> {
  const rows = await database.asMaintenance<{ workspace_id: string; id: string }>(
    `select e.workspace_id, e.id from webhook_endpoint e
     where e.enabled and (e.paused_until is null or e.paused_until <= now()) and exists (
       select from webhook_delivery d
       where d.workspace_id = e.workspace_id and d.endpoint_id = e.id and d.status = 'pending' and d.due_at <= now())`,
  );
  return rows.map(({ workspace_id: workspaceId, id: endpointId }) => ({ workspaceId, endpointId }));
}

/** Removes deliveries that are older than they are kept for. As role maintenance. */
export async function pruneWebhookDeliveries(database: Database): Promise<void> {
  await database.asMaintenance(
    `delete from webhook_delivery where (workspace_id, id) in (
       select workspace_id, id from webhook_delivery where created_at < now() - $1 * interval '1 millisecond' order by created_at limit $2)`,
    [webhookKeptMs, webhookPruneMax],
  );
}

/** A delivery that is to be tried now. */
export interface DueDelivery extends Pick<WebhookDelivery, 'id' | 'type' | 'attempts' | 'occurredAt'> {
  data: Record<string, unknown>;
}

const dueStatement: Statement = {
  name: 'webhook_deliveries_due',
  text: `select id, type, attempts, occurred_at as "occurredAt", data from webhook_delivery
    where workspace_id = $1 and endpoint_id = $2 and status = 'pending' and due_at <= now() order by due_at, seq limit $3`,
};

/** What is to be sent to an endpoint now, in the order in which it came to be, at most `limit`. */
export function dueWebhookDeliveries(database: Database, { workspaceId, endpointId }: WebhookRef, limit: number): Promise<DueDelivery[]> {
  return database.forWorkspace<DueDelivery & Record<string, unknown>>(workspaceId, dueStatement, [workspaceId, endpointId, limit]);
}

const deliveredStatement: Statement = {
  name: 'webhook_delivered',
  text: `
  with tried as (
    update webhook_delivery set status = 'delivered', attempts = attempts + 1, due_at = null, last_attempt_at = now(), response_status = $4,
      error = null
    where workspace_id = $1 and id = $3 and status = 'pending'
  ), well as (
    update webhook_endpoint set failing_since = null, paused_until = null
    where workspace_id = $1 and id = $2 and failing_since is not null
  )
  select 1`,
};

/** Stores that an endpoint took a delivery: it does not count as failing any more. */
export async function storeDelivered(database: Database, ref: WebhookRef, deliveryId: string, responseStatus: number): Promise<void> {
  const { workspaceId, endpointId } = ref;
  await database.forWorkspace(workspaceId, deliveredStatement, [workspaceId, endpointId, deliveryId, responseStatus]);
}

// The endpoint is disabled only where nothing has succeeded in the meantime, or where it said itself that it is gone. Who is told
// of that, and the audit, are written with it.
const failedStatement: Statement = {
  name: 'webhook_attempt_failed',
  text: `
  with tried as (
    update webhook_delivery set status = case when $4::integer is null then 'failed' else 'pending' end, attempts = attempts + 1,
      due_at = now() + $4::integer * interval '1 millisecond', last_attempt_at = now(), response_status = $5::integer, error = $6::text
    where workspace_id = $1 and id = $3 and status = 'pending'
  ), failing as (
    update webhook_endpoint set failing_since = coalesce(failing_since, now()),
      paused_until = case when $7::integer > 0 then now() + $7::integer * interval '1 millisecond' end, enabled = $8::text is null,
      disabled_reason = $8::text
    where workspace_id = $1 and id = $2 and enabled and ($8::text is null or $9::boolean or failing_since is not null)
    returning enabled
  ), noted as (
    insert into audit_event (workspace_id, id, actor, action, details)
    select $1, $10::uuid, 'webhooks', 'webhook.disabled', jsonb_build_object('endpointId', $2::uuid, 'reason', $8::text) from failing where not enabled
  )
  select not enabled as disabled, case when not enabled then ${raiseNotification(11)} end from failing`,
};

const skippedStatement: Statement = {
  name: 'webhook_skipped',
  text: `update webhook_delivery set status = 'skipped', due_at = null, error = $4
    where workspace_id = $1 and endpoint_id = $2 and id = $3 and status = 'pending'`,
};

/** Stores that there is nothing to be sent any more, and why. */
export async function storeSkipped(database: Database, ref: WebhookRef, deliveryId: string, why: string): Promise<void> {
  await database.forWorkspace(ref.workspaceId, skippedStatement, [ref.workspaceId, ref.endpointId, deliveryId, why]);
}

/** An attempt that failed, and what follows from it. */
export interface FailedDelivery {
  deliveryId: string;
  /** Null where it is given up. */
  retryInMs: number | null;
  responseStatus: number | null;
  error: string;
  /** How long the endpoint is left alone; 0 where it goes on. */
  pauseMs: number;
  /** Why the endpoint is to be disabled, and whether it said so itself; null where it is not. */
  disable: { reason: string; isGone: boolean } | null;
  /** What people are told where it is disabled. */
  notice: Notice;
}

/** Stores that an attempt failed. Answers whether the endpoint was disabled by it. */
export async function storeFailed(database: Database, { workspaceId, endpointId }: WebhookRef, failed: FailedDelivery): Promise<boolean> {
  const { deliveryId, retryInMs, responseStatus, error, pauseMs, disable, notice } = failed;
  const what = [workspaceId, endpointId, deliveryId, retryInMs, responseStatus, error, pauseMs];
  const values = [...what, disable?.reason ?? null, disable?.isGone ?? false, uuidv7(), ...noticeValues(notice)];
  const [row] = await database.forWorkspace<{ disabled: boolean }>(workspaceId, failedStatement, values);
  return row?.disabled ?? false;
}

const listStatement: Statement = {
  name: 'webhook_deliveries',
  text: `select ${columns} from webhook_delivery
    where workspace_id = $1 and endpoint_id = $2 and (occurred_at, id) < ($3, $4) order by occurred_at desc, id desc limit $5`,
};
const listInStatement: Statement = {
  name: 'webhook_deliveries_in',
  text: `select ${columns} from webhook_delivery
    where workspace_id = $1 and endpoint_id = $2 and (occurred_at, id) < ($3, $4) and status = $6 order by occurred_at desc, id desc limit $5`,
};

/** Deliveries to an endpoint, or those in one state, of events before a point in time, the newest first, at most `limit`. */
export function listWebhookDeliveries(
  database: Database,
  { workspaceId, endpointId }: WebhookRef,
  status: DeliveryStatus | undefined,
  before: { at: Date; id: string },
  limit: number,
): Promise<WebhookDelivery[]> {
  const values = [workspaceId, endpointId, before.at, before.id, limit];
  return status
    ? database.forWorkspace<DeliveryRow>(workspaceId, listInStatement, [...values, status])
    : database.forWorkspace<DeliveryRow>(workspaceId, listStatement, values);
}

const testStatement: Statement = {
  name: 'test_webhook_endpoint',
  text: `insert into webhook_delivery (workspace_id, endpoint_id, type) values ($1, $2, '${webhookTestType}') returning ${columns}`,
};

/** Makes a delivery that tests an endpoint. */
export async function testWebhookEndpoint(database: Database, { workspaceId, endpointId }: WebhookRef): Promise<WebhookDelivery> {
  const [made] = await database.forWorkspace<DeliveryRow>(workspaceId, testStatement, [workspaceId, endpointId]);
  if (!made) throw new Error('a delivery was not made');
  return made;
}

const againStatement: Statement = {
  name: 'redeliver_webhook',
  text: `update webhook_delivery set status = 'pending', due_at = now(), attempts = 0
    where workspace_id = $1 and endpoint_id = $2 and id = $3 returning ${columns}`,
};

/** Has a delivery tried once more, now, and as often as a new one; undefined where there is none. */
export async function redeliverWebhook(database: Database, ref: WebhookRef, deliveryId: string): Promise<WebhookDelivery | undefined> {
  const { workspaceId, endpointId } = ref;
  const [row] = await database.forWorkspace<DeliveryRow>(workspaceId, againStatement, [workspaceId, endpointId, deliveryId]);
  return row;
}

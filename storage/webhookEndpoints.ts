import { webhookEndpointsMax, webhookOldSecretLifeMs } from '../domain/limits.js';
import type { WebhookEventType, WebhookRef } from '../domain/webhooks.js';
import { open, seal } from '../platform/crypto.js';
import type { Database, Statement } from '../platform/database.js';
import type { SettingsStore, Transaction } from '../platform/prisma.js';
import { uuidv7 } from '../platform/uuid.js';
import { newWebhookSecret } from '../platform/webhookSignature.js';
import { type ByHand, noteAuditIn } from './audit.js';
import type { Workspace } from './workspaces.js';

/** A webhook endpoint as its owner sees it: its secret is shown when it is made, and never again. */
export interface WebhookEndpoint {
  id: string;
  /** One of `endpointKinds`. */
  kind: string;
  /** Of one that stands for StatusCallback URLs their origin. */
  url: string;
  description: string;
  eventTypes: string[];
  enabled: boolean;
  disabledReason: string | null;
  /** Since when every attempt has failed; null while they succeed. */
  failingSince: Date | null;
  /** Until when the secret of before a rotation signs as well. */
  previousSecretUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What is chosen of an endpoint. */
export interface EndpointSettings {
  url: string;
  description: string;
  eventTypes: WebhookEventType[];
}

const select = {
  id: true,
  kind: true,
  url: true,
  description: true,
  eventTypes: true,
  enabled: true,
  disabledReason: true,
  failingSince: true,
  previousSecretUntil: true,
  createdAt: true,
  updatedAt: true,
} as const;

const secretContext = ({ workspaceId, endpointId }: WebhookRef) => `workspace/${workspaceId}/webhook_endpoint/${endpointId}/secret`;
const sealSecret = ({ keys }: Workspace, ref: WebhookRef, secret: string) => seal(keys.secrets, secretContext(ref), Buffer.from(secret));
const openSecret = ({ keys }: Workspace, ref: WebhookRef, sealed: string) => open(keys.secrets, secretContext(ref), sealed).toString();

/** The audit knows what was changed, and by whom; the secret is in none of it. */
const note = (transaction: Transaction, { workspaceId, endpointId }: WebhookRef, action: string, byHand: ByHand, details: object = {}) =>
  noteAuditIn(transaction, workspaceId, action, byHand, { endpointId, ...details });

/** Makes an endpoint that hears of what happens from now on. Undefined where the workspace has as many as it may have. */
export function createWebhookEndpoint(
  settings: SettingsStore,
  workspace: Workspace,
  chosen: EndpointSettings,
  byHand: ByHand,
): Promise<{ endpoint: WebhookEndpoint; secret: string } | undefined> {
  const ref = { workspaceId: workspace.id, endpointId: uuidv7() };
  const secret = newWebhookSecret();
  return settings.forWorkspace(workspace.id, async (transaction) => {
    // Locked, or two that are made at the same time would both find room.
    await transaction.$queryRaw`select 1 from workspace for update`;
    if ((await transaction.webhookEndpoint.count({ where: { kind: 'events' } })) >= webhookEndpointsMax) return undefined;
    const [newest] = await transaction.$queryRaw<{ last_seq: bigint }[]>`select last_seq from workspace_sequence`;
    const where = { workspaceId: workspace.id, id: ref.endpointId };
    const data = { ...where, ...chosen, secret: sealSecret(workspace, ref, secret), cursorSeq: newest?.last_seq ?? 0n };
    const endpoint = await transaction.webhookEndpoint.create({ data, select });
    await note(transaction, ref, 'webhook.created', byHand, chosen);
    return { endpoint, secret };
  });
}

/** The endpoints of a workspace, the oldest first. */
export function listWebhookEndpoints(settings: SettingsStore, workspaceId: string): Promise<WebhookEndpoint[]> {
  return settings.forWorkspace(workspaceId, (transaction) =>
    transaction.webhookEndpoint.findMany({ select, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
  );
}

/** One endpoint, or null. */
export function findWebhookEndpoint(settings: SettingsStore, { workspaceId, endpointId: id }: WebhookRef): Promise<WebhookEndpoint | null> {
  return settings.forWorkspace(workspaceId, (transaction) => transaction.webhookEndpoint.findFirst({ where: { id }, select }));
}

/** A change of an endpoint; what is not named stays. */
export interface EndpointChange extends Partial<EndpointSettings> {
  enabled?: boolean;
  /** What becomes of the events that it has missed, where it is enabled again. */
  missed?: 'deliver' | 'skip';
}

/** Changes an endpoint. One that is enabled again goes on where it stopped, unless that is to be skipped. Null where there is none. */
export function changeWebhookEndpoint(
  settings: SettingsStore,
  ref: WebhookRef,
  { missed = 'deliver', ...change }: EndpointChange,
  byHand: ByHand,
): Promise<WebhookEndpoint | null> {
  const { workspaceId, endpointId: id } = ref;
  return settings.forWorkspace(workspaceId, async (transaction) => {
    const before = await transaction.webhookEndpoint.findFirst({ where: { id }, select });
    if (!before) return null;
    const freshStart = change.enabled ? { disabledReason: null, failingSince: null, pausedUntil: null } : {};
    const stopped = change.enabled === false && before.enabled ? { disabledReason: `disabled by ${byHand.actor}` } : {};
    const where = { workspaceId_id: { workspaceId, id } };
    if (missed === 'skip') {
      await transaction.$executeRaw`update webhook_delivery set status = 'skipped', due_at = null where endpoint_id = ${id}::uuid and status = 'pending'`;
      await transaction.$executeRaw`update webhook_endpoint e set cursor_seq = s.last_seq, cursor_at = now()
        from workspace_sequence s where s.workspace_id = e.workspace_id and e.id = ${id}::uuid`;
    }
    const endpoint = await transaction.webhookEndpoint.update({ where, data: { ...change, ...freshStart, ...stopped }, select });
    await note(transaction, ref, 'webhook.changed', byHand, { ...change, ...(missed === 'skip' && { missed }) });
    return endpoint;
  });
}

/** Gives an endpoint a new secret; the one of before signs as well for a while. Null where there is no such endpoint. */
export function rotateWebhookSecret(
  settings: SettingsStore,
  workspace: Workspace,
  endpointId: string,
  byHand: ByHand,
): Promise<{ endpoint: WebhookEndpoint; secret: string } | null> {
  const ref = { workspaceId: workspace.id, endpointId };
  const secret = newWebhookSecret();
  return settings.forWorkspace(workspace.id, async (transaction) => {
    await transaction.$queryRaw`select 1 from webhook_endpoint where id = ${endpointId}::uuid for update`;
    const before = await transaction.webhookEndpoint.findFirst({ where: { id: endpointId }, select: { secret: true } });
    if (!before) return null;
    const endpoint = await transaction.webhookEndpoint.update({
      where: { workspaceId_id: { workspaceId: workspace.id, id: endpointId } },
      data: {
        secret: sealSecret(workspace, ref, secret),
        previousSecret: before.secret,
        previousSecretUntil: new Date(Date.now() + webhookOldSecretLifeMs),
      },
      select,
    });
    await note(transaction, ref, 'webhook.secret_rotated', byHand);
    return { endpoint, secret };
  });
}

/** Removes an endpoint with its deliveries; false where there is none. */
export function deleteWebhookEndpoint(settings: SettingsStore, ref: WebhookRef, byHand: ByHand): Promise<boolean> {
  const { workspaceId, endpointId: id } = ref;
  return settings.forWorkspace(workspaceId, async (transaction) => {
    const { count } = await transaction.webhookEndpoint.deleteMany({ where: { id } });
    if (count > 0) await note(transaction, ref, 'webhook.deleted', byHand);
    return count > 0;
  });
}

/** Where deliveries go, with its secrets opened: never to be logged. */
export interface WebhookTarget {
  kind: string;
  url: string;
  secrets: string[];
  failingSince: Date | null;
}

const targetStatement: Statement = {
  name: 'webhook_target',
  text: `select kind, url, secret, case when previous_secret_until > now() then previous_secret end as previous, failing_since
    from webhook_endpoint where workspace_id = $1 and id = $2 and enabled and (paused_until is null or paused_until <= now())`,
};

interface TargetRow extends Record<string, unknown> {
  kind: string;
  url: string;
  secret: string | null;
  previous: string | null;
  failing_since: Date | null;
}

/** Where an endpoint's deliveries go now; undefined where it is gone, disabled or left alone for a while. */
export async function readWebhookTarget(database: Database, workspace: Workspace, ref: WebhookRef): Promise<WebhookTarget | undefined> {
  const [row] = await database.forWorkspace<TargetRow>(ref.workspaceId, targetStatement, [ref.workspaceId, ref.endpointId]);
  if (!row) return undefined;
  const sealed = [row.secret, row.previous].filter((one) => one !== null);
  return { kind: row.kind, url: row.url, failingSince: row.failing_since, secrets: sealed.map((one) => openSecret(workspace, ref, one)) };
}

import type { WebhookEnvelope } from '../domain/webhooks.js';
import type { Database } from '../platform/database.js';
import { findMessage } from '../storage/messages.js';
import { findNotification } from '../storage/notifications.js';
import type { DueDelivery } from '../storage/webhookDeliveries.js';

/** The body of a delivery. Numbers and texts are read now, and lie nowhere but in their message. */
export async function webhookBody(database: Database, workspaceId: string, { type, occurredAt, data }: DueDelivery): Promise<string> {
  const envelope: WebhookEnvelope = { type, timestamp: occurredAt.toISOString(), data: { ...data, ...(await more()) } };
  return JSON.stringify(envelope);

  async function more(): Promise<object> {
    if (type === 'notification.created') return (await findNotification(database, workspaceId, data.id as string)) ?? {};
    if (!type.startsWith('message.')) return {};
    const message = await findMessage(database, workspaceId, data.messageId as string);
    if (!message) return {};
    const { to, from, metadata, body, mediaUrls } = message;
    return message.direction === 'inbound' ? { to, from, body, mediaUrls } : { to, from, metadata };
  }
}

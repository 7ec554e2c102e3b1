import type { WebhookEnvelope } from '../domain/webhooks.js';
import { numberOfContact } from '../storage/contacts.js';
import type { Readable } from '../storage/contents.js';
import { findMessage } from '../storage/messages.js';
import { findNotification } from '../storage/notifications.js';
import type { DueDelivery } from '../storage/webhookDeliveries.js';

/** The body of a delivery. Numbers and texts are read now, and lie nowhere but in their message. */
export async function webhookBody(readable: Readable, workspaceId: string, { type, occurredAt, data }: DueDelivery): Promise<string> {
  const envelope: WebhookEnvelope = { type, timestamp: occurredAt.toISOString(), data: { ...data, ...(await more()) } };
  return JSON.stringify(envelope);

  async function more(): Promise<object> {
    if (type === 'notification.created') return (await findNotification(readable.database, workspaceId, data.id as string)) ?? {};
    if (type === 'consent.changed') return { phoneNumber: await numberOfContact(readable, workspaceId, data.conversationId as string) };
    if (!type.startsWith('message.')) return {};
    const message = await findMessage(readable, workspaceId, data.messageId as string);
    if (!message) return {};
    const { to, from, metadata, body, mediaUrls } = message;
    return message.direction === 'inbound' ? { to, from, body, mediaUrls } : { to, from, metadata };
  }
}

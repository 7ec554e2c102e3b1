import { callTimeoutMs } from '../domain/limits.js';
import type { Database } from '../platform/database.js';
import type { StoredRef } from '../storage/messages.js';
import { asleepAfter } from '../storage/sendAttempts.js';
import { calledSignal } from '../workflows/messages.js';
import { type SignalServices, signalMessage } from './signalMessage.js';

/** Wakes messages that sleep because another was to leave before them. Never fails: who is not called wakes by itself, later. */
export async function callMessages(services: SignalServices, workspaceId: string, messageIds: string[]): Promise<void> {
  await Promise.all(messageIds.map((messageId) => signalMessage(services, { workspaceId, messageId }, callTimeoutMs, calledSignal)));
}

/** The same for those after a message that does not leave: it was canceled, has expired or was put off. */
export async function callAfter(services: SignalServices & { database: Database }, message: StoredRef): Promise<void> {
  const next = await asleepAfter(services.database, message).catch((error: unknown) => {
    services.logger.warn({
      event: 'message.next_not_read',
      workspaceId: message.workspaceId,
      messageId: message.messageId,
      error: String(error),
    });
    return [];
  });
  await callMessages(services, message.workspaceId, next);
}

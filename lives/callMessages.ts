import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { messageWorkflowId } from '../domain/ids.js';
import { callTimeoutMs } from '../domain/limits.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { StoredRef } from '../storage/messages.js';
import { asleepAfter } from '../storage/sendAttempts.js';
import { calledSignal } from '../workflows/messages.js';

export interface CallServices {
  temporal: Client;
  logger: Logger;
}

/** Wakes messages that sleep because another was to leave before them. Never fails: who is not called wakes by itself, later. */
export async function callMessages({ temporal, logger }: CallServices, workspaceId: string, messageIds: string[]): Promise<void> {
  await Promise.all(
    messageIds.map(async (messageId) => {
      try {
        await temporal.withDeadline(Date.now() + callTimeoutMs, () =>
          temporal.workflow.getHandle(messageWorkflowId({ workspaceId, messageId })).signal(calledSignal),
        );
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError))
          logger.warn({ event: 'message.call_failed', workspaceId, messageId, error: String(error) });
      }
    }),
  );
}

/** The same for those after a message that does not leave: it was canceled, has expired or was put off. */
export async function callAfter(services: CallServices & { database: Database }, message: StoredRef): Promise<void> {
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

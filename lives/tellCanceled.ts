import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type MessageRef, messageWorkflowId } from '../domain/ids.js';
import { cancelSignalTimeoutMs } from '../domain/limits.js';
import type { Logger } from '../platform/logger.js';
import { cancelRequestedSignal } from '../workflows/messages.js';

/**
 * Tells a message's workflow that its row has ended, so that it need not wait for its turn. Never rejects: a workflow that
 * hears nothing has closed, or finds at the end of its wait what has become of it.
 */
export async function tellCanceled({ temporal, logger }: { temporal: Client; logger: Logger }, message: MessageRef): Promise<void> {
  const workflowId = messageWorkflowId(message);
  try {
    await temporal.withDeadline(Date.now() + cancelSignalTimeoutMs, () =>
      temporal.workflow.getHandle(workflowId).signal(cancelRequestedSignal),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) logger.warn({ event: 'message.cancel_signal_failed', workflowId, error: String(error) });
  }
}

import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type MessageRef, messageWorkflowId } from '../domain/ids.js';
import { cancelSignalTimeoutMs } from '../domain/limits.js';
import type { Logger } from '../platform/logger.js';
import { cancelRequestedSignal } from '../workflows/messages.js';

/**
 * Ends the wait of a message's run, so that it reads its row and finds what was done by hand or by an opt-out. A signal
 * that is lost only delays that until the end of the wait; one that has closed needs none.
 */
export async function tellToReadRow({ temporal, logger }: { temporal: Client; logger: Logger }, ref: MessageRef): Promise<void> {
  const workflowId = messageWorkflowId(ref);
  try {
    await temporal.withDeadline(Date.now() + cancelSignalTimeoutMs, () =>
      temporal.workflow.getHandle(workflowId).signal(cancelRequestedSignal),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) logger.warn({ event: 'message.signal_failed', workflowId, error: String(error) });
  }
}

import type { Client } from '@temporalio/client';
import { messageWorkflowId } from '../domain/ids.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import type { MessageError } from '../domain/message.js';
import type { StoredRef } from '../storage/messages.js';
import { getMessageStateQuery, statusChangedSignal } from '../workflows/messages.js';

/**
 * Tells a workflow that its message is queued again, where it did not hear of that and still waits for a receipt of the
 * attempt that failed. Answers whether it was told.
 */
export async function tellAgain(temporal: Client, message: StoredRef, error: MessageError): Promise<boolean> {
  const handle = temporal.workflow.getHandle(messageWorkflowId(message));
  const { step } = await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () => handle.query(getMessageStateQuery));
  if (step !== 'awaiting status callback') return false;
  await handle.signal(statusChangedSignal, {
    status: 'queued',
    providerMessageId: null,
    error,
    again: { waitMs: 0, waitingFor: 'retry' },
  });
  return true;
}

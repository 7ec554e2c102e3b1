import { messageWorkflowId } from '../domain/ids.js';
import { tellTimeoutMs, traceQueryTimeoutMs } from '../domain/limits.js';
import type { MessageError } from '../domain/message.js';
import type { StoredRef } from '../storage/messages.js';
import { getMessageStateQuery, statusChangedSignal } from '../workflows/messages.js';
import { type SignalServices, signalMessage } from './signalMessage.js';

/**
 * Tells a workflow that its message is queued again, where it did not hear of that and still waits for a receipt of the
 * attempt that failed. Answers whether it was told, within the two time-outs of asking and telling; never rejects: a run
 * that no worker answers for, or that is gone, is looked at by the next sweep.
 */
export async function tellAgain(services: SignalServices, message: StoredRef, error: MessageError): Promise<boolean> {
  const { temporal, logger } = services;
  const { workspaceId, messageId } = message;
  try {
    const handle = temporal.workflow.getHandle(messageWorkflowId(message));
    const { step } = await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () => handle.query(getMessageStateQuery));
    if (step !== 'awaiting status callback') return false;
  } catch (cause) {
    logger.info({ event: 'message.state_not_read', workspaceId, messageId, error: String(cause) });
    return false;
  }
  const queued = { status: 'queued', providerMessageId: null, error, again: { waitMs: 0, waitingFor: 'retry' } } as const;
  return (await signalMessage(services, message, tellTimeoutMs, statusChangedSignal, queued)) === 'told';
}

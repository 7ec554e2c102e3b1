import { type Client, type SignalDefinition, WorkflowNotFoundError } from '@temporalio/client';
import { type MessageRef, messageWorkflowId } from '../domain/ids.js';
import type { Logger } from '../platform/logger.js';

export interface SignalServices {
  temporal: Client;
  logger: Logger;
}

/**
 * Signals the workflow of a message, and never rejects: `closed` where it has ended or there is none, `not reached` where
 * Temporal does not take the signal within `withinMs`.
 */
export async function signalMessage<Args extends unknown[]>(
  { temporal, logger }: SignalServices,
  message: MessageRef,
  withinMs: number,
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<'told' | 'closed' | 'not reached'> {
  try {
    await temporal.withDeadline(Date.now() + withinMs, () =>
      temporal.workflow.getHandle(messageWorkflowId(message)).signal(signal, ...args),
    );
    return 'told';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'closed';
    const { workspaceId, messageId } = message;
    logger.warn({ event: 'message.signal_failed', signal: signal.name, workspaceId, messageId, error: String(error) });
    return 'not reached';
  }
}

import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { messageWorkflowId } from '../domain/ids.js';
import { tellTimeoutMs } from '../domain/limits.js';
import { isTerminal } from '../domain/messageStatus.js';
import type { Logger } from '../platform/logger.js';
import type { MessageStore } from '../storage/messageStore.js';
import type { StoredRef } from '../storage/messages.js';
import { type StatusChange, statusChangedSignal } from '../workflows/messages.js';

export interface TellServices {
  temporal: Client;
  store: MessageStore;
  logger: Logger;
}

/**
 * Tells a message's workflow what a receipt, the provider's list or a sweep brought, after it has been stored. A terminal
 * state closes the workflow, and the message is then recorded as finished: the signal is durable, or there is no workflow
 * any more to tell. Answers whether there was one. Where Temporal can't be reached in time nothing is recorded, and the sweeper
 * tells it later.
 */
export async function tellOutcome(
  { temporal, store, logger }: TellServices,
  message: StoredRef,
  outcome: StatusChange,
): Promise<'told' | 'closed' | 'not reached'> {
  let answer: 'told' | 'closed' = 'told';
  try {
    await temporal.withDeadline(Date.now() + tellTimeoutMs, () =>
      temporal.workflow.getHandle(messageWorkflowId(message)).signal(statusChangedSignal, outcome),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) {
      logger.warn({ event: 'message.signal_failed', workspaceId: message.workspaceId, messageId: message.messageId, error: String(error) });
      return 'not reached';
    }
    answer = 'closed';
  }
  if (isTerminal(outcome.status)) {
    await store.record(message).catch((error: unknown) => {
      logger.warn({ event: 'message.record_failed', workspaceId: message.workspaceId, messageId: message.messageId, error: String(error) });
    });
  }
  return answer;
}

import { tellTimeoutMs } from '../domain/limits.js';
import { isTerminal } from '../domain/messageStatus.js';
import type { MessageStore } from '../storage/messageStore.js';
import type { StoredRef } from '../storage/messages.js';
import { type StatusChange, statusChangedSignal } from '../workflows/messages.js';
import { type SignalServices, signalMessage } from './signalMessage.js';

export interface TellServices extends SignalServices {
  store: MessageStore;
}

/**
 * Tells a message's workflow what a receipt, the provider's list or a sweep brought, after it has been stored. A terminal
 * state closes the workflow, and the message is then recorded as finished: the signal is durable, or there is no workflow
 * any more to tell. Answers whether there was one. Where Temporal can't be reached in time nothing is recorded, and the sweeper
 * tells it later.
 */
export async function tellOutcome(
  services: TellServices,
  message: StoredRef,
  outcome: StatusChange,
): Promise<'told' | 'closed' | 'not reached'> {
  const { store, logger } = services;
  const answer = await signalMessage(services, message, tellTimeoutMs, statusChangedSignal, outcome);
  if (answer !== 'not reached' && isTerminal(outcome.status)) {
    await store.record(message).catch((error: unknown) => {
      logger.warn({ event: 'message.record_failed', workspaceId: message.workspaceId, messageId: message.messageId, error: String(error) });
    });
  }
  return answer;
}

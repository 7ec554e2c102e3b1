import { proxyActivities, proxyLocalActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { LocalActivities, SendActivities } from '../activities/index.js';
import type { InboundConsent } from '../domain/consent.js';
import { receiveStepTimeoutMs, tellStoppedTimeoutMs } from '../domain/limits.js';
import type { InboundMessage, MessageState } from '../domain/message.js';
import { getMessageStateQuery } from './messages.js';

// Both may run again and again, and do until the database answers; soon on durable timers, which hold no task slot.
const { takeUpInbound } = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: receiveStepTimeoutMs,
  localRetryThreshold: '2 seconds',
});
const { tellStopped } = proxyActivities<Pick<SendActivities, 'tellStopped'>>({ startToCloseTimeout: tellStoppedTimeoutMs });

/**
 * The life of one message that came in. It is stored, and what it says of its sender's consent holds, before this begins;
 * here it gets into its conversation, and the messages that it stopped close.
 */
export async function receiveMessage(message: InboundMessage): Promise<{ consent: InboundConsent | null }> {
  const { consent, providerMessageId } = message;
  const state: MessageState = {
    step: 'persisting',
    status: 'received',
    attempt: 0,
    providerMessageId,
    waitingUntil: null,
    waitingFor: null,
    error: null,
  };
  setHandler(getMessageStateQuery, () => state);
  setCurrentDetails('putting the message into its conversation');
  await takeUpInbound(message);
  if (consent && consent.stopped > 0) {
    setCurrentDetails(`telling ${consent.stopped} messages that their recipient has opted out`);
    await tellStopped(message);
  }
  state.step = 'closed';
  setCurrentDetails(consent ? `received: ${meant[consent.meaning]}, ${consent.stopped} messages stopped` : 'received');
  return { consent };
}

const meant = {
  stop: 'its sender opts out',
  start: 'its sender opts in',
  help: 'its sender asks for help',
  review: 'its sender may want to opt out',
} as const;

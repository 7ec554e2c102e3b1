/**
 * The four queues of a workspace. They are views of what is stored: a message is in the queue that its state says, and
 * `failed` has those that wait for a person.
 */
import type { MessageStatus } from './messageStatus.js';
import type { Priority } from './priority.js';

export const queueNames = ['outbound', 'processing', 'failed', 'inbound'] as const;
export type QueueName = (typeof queueNames)[number];

/** States of `outbound`: nothing of the message is on its way. */
export const outboundStatuses = ['scheduled', 'queued'] as const satisfies MessageStatus[];
/** States of `processing`: it is with the provider, or may be. */
export const processingStatuses = ['dispatching', 'uncertain', 'accepted', 'sending', 'sent'] as const satisfies MessageStatus[];
/**
 * States of `failed`: it ended without arriving, or nobody knows. It leaves the queue when it is retried, when evidence
 * shows that it has arrived, or when somebody dismisses it. The trigger keep_failed_at has the same list.
 */
export const failedStatuses = ['parked', 'unknown', 'failed', 'undelivered', 'expired'] as const satisfies MessageStatus[];
export type FailedStatus = (typeof failedStatuses)[number];

/** The states from which a message can be sent once more. */
export const retryableStatuses = [...failedStatuses, 'uncertain'] as const satisfies MessageStatus[];

export function isRetryable(status: MessageStatus): boolean {
  return (retryableStatuses as readonly MessageStatus[]).includes(status);
}

/** Messages of one lane in one state. */
export interface QueueShare {
  direction: 'outbound' | 'inbound';
  lane: Priority;
  status: MessageStatus;
  count: number;
  /** Since when the oldest of them is in the queue. */
  oldestAt: Date;
}

/** The queue in which an open message is; undefined for one that has ended and is only not yet recorded as such. */
export function queueOfOpen({ direction, status }: Pick<QueueShare, 'direction' | 'status'>): QueueName | undefined {
  if (direction === 'inbound') return 'inbound';
  const is = (list: readonly MessageStatus[]) => list.includes(status);
  return is(outboundStatuses) ? 'outbound' : is(processingStatuses) ? 'processing' : undefined;
}

/** Why a message is in its queue, where it has no error that says so. */
export const reasonOf: Partial<Record<MessageStatus, string>> = {
  scheduled: 'waits for its time',
  queued: 'waits for its turn',
  dispatching: 'is on its way to the provider',
  uncertain: 'may have been sent: proof is being looked for',
  accepted: 'is with the provider: no receipt yet',
  sending: 'is with the provider: no receipt yet',
  sent: 'was sent on by the provider: no receipt of its arrival yet',
  received: 'came in, and is not in its conversation yet',
  parked: 'waits for a person',
  unknown: 'the provider took it and never said what became of it',
  failed: 'was refused',
  undelivered: 'could not be delivered',
  expired: 'its validity was over before it could be sent',
};

import type { MessageStatus } from '../../domain/messageStatus.js';
import type { Message } from './api.js';

export type Mark = 'clock' | 'faintTick' | 'tick' | 'ticks' | 'warning';

export const markOf: Record<MessageStatus, Mark> = {
  scheduled: 'clock',
  queued: 'clock',
  uncertain: 'clock',
  dispatching: 'faintTick',
  accepted: 'faintTick',
  sending: 'faintTick',
  sent: 'tick',
  delivered: 'ticks',
  undelivered: 'warning',
  failed: 'warning',
  canceled: 'warning',
  parked: 'warning',
  unknown: 'warning',
  expired: 'warning',
  received: 'ticks',
};

/** What the status means for the person who wrote the message. */
export const meaningOf: Record<MessageStatus, string> = {
  scheduled: 'Scheduled: leaves later',
  queued: 'Waiting for its turn',
  dispatching: 'On its way to the carrier',
  uncertain: 'Checking with the carrier whether it was sent',
  accepted: 'Taken by the carrier',
  sending: 'Being sent',
  sent: 'Sent',
  delivered: 'Delivered',
  undelivered: 'Not delivered',
  failed: 'Not sent',
  canceled: 'Canceled',
  parked: 'Held back: it is not certain whether it was sent, so a person decides',
  unknown: 'No receipt came; it may or may not have arrived',
  expired: 'Not sent: it could not leave in time',
  received: 'Received',
};

/** The words beside a warning mark, or null where a tick says enough. */
export function troubleOf(message: Pick<Message, 'status' | 'error' | 'direction'>): string | null {
  if (message.direction === 'inbound' || markOf[message.status] !== 'warning') return null;
  const meaning = meaningOf[message.status];
  return message.error?.message ? `${meaning}: ${message.error.message}` : meaning;
}

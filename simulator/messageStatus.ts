/** Twilio's statuses of an outbound SMS. */
export const messageStatuses = [
  'accepted',
  'scheduled',
  'canceled',
  'queued',
  'sending',
  'sent',
  'failed',
  'delivered',
  'undelivered',
  'read',
] as const;

export type MessageStatus = (typeof messageStatuses)[number];

/** Statuses after which Twilio reports nothing more. */
export function isTerminal(status: MessageStatus): boolean {
  return status === 'delivered' || status === 'undelivered' || status === 'failed' || status === 'canceled' || status === 'read';
}

/** Only these two carry an ErrorCode. */
export function isFailure(status: MessageStatus): status is 'failed' | 'undelivered' {
  return status === 'failed' || status === 'undelivered';
}

/** Statuses a message has before it left for the carrier. */
export function isBeforeSending(status: MessageStatus): boolean {
  return status === 'accepted' || status === 'scheduled' || status === 'queued';
}

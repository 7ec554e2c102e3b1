/** What programs written for Twilio are told of a message, in Twilio's words. */
import type { MessageError } from './message.js';
import type { MessageStatus } from './messageStatus.js';

export const twilioApiVersion = '2010-04-01';

/** Our states in Twilio's words. What is in doubt or parked is shown as still being sent: `failed` would invite a second send. */
export const twilioStatus: Record<MessageStatus, string> = {
  scheduled: 'scheduled',
  queued: 'queued',
  dispatching: 'sending',
  uncertain: 'sending',
  parked: 'sending',
  accepted: 'accepted',
  sending: 'sending',
  sent: 'sent',
  unknown: 'sent',
  delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'failed',
  canceled: 'canceled',
  expired: 'failed',
  received: 'received',
};

/** Twilio's code for a message whose validity was over before it could be sent. */
const validityOver = 30036;
/** Its code for a failure that it has no other word for. */
const unknownError = 30008;

/** The code and the words of a message's error; nulls where it has not failed. */
export function twilioErrorOf(status: MessageStatus, error: MessageError | null): { code: number | null; message: string | null } {
  if (twilioStatus[status] !== 'failed' && status !== 'undelivered') return { code: null, message: null };
  const message = error?.message ?? null;
  if (status === 'expired') return { code: validityOver, message };
  if (!error) return { code: null, message };
  return { code: /^\d+$/.test(error.code) ? Number(error.code) : unknownError, message };
}

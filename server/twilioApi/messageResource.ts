import type { MessageStatus } from '../../domain/messageStatus.js';
import { isMessagingService } from '../../domain/sender.js';
import { messageSidOf } from '../../domain/twilioSid.js';
import type { MessageView } from '../messageView.js';

export const apiVersion = '2010-04-01';

/** Our states in Twilio's words. What is in doubt or parked is shown as still being sent: `failed` would invite a second send. */
const twilioStatus: Record<MessageStatus, string> = {
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

const rfc2822 = (iso: string) => new Date(iso).toUTCString().replace('GMT', '+0000');
const codeOf = ({ error, status }: MessageView) => {
  if (status === 'expired') return validityOver;
  if (!error) return null;
  return /^\d+$/.test(error.code) ? Number(error.code) : unknownError;
};

/** Where the messages of an account are, relative to the server. */
export const messagesUri = (accountSid: string) => `/${apiVersion}/Accounts/${accountSid}/Messages`;

/** A message as Twilio shows one. */
export function resourceOf(accountSid: string, message: MessageView): Record<string, unknown> {
  const sid = messageSidOf(message.id);
  const uri = `${messagesUri(accountSid)}/${sid}`;
  const hasEnded = ['failed', 'undelivered', 'expired'].includes(message.status);
  const isInbound = message.direction === 'inbound';
  const byService = message.from !== null && isMessagingService(message.from);
  return {
    account_sid: accountSid,
    api_version: apiVersion,
    // Empty where it was erased, as Twilio shows a message that was redacted.
    body: message.body ?? '',
    date_created: rfc2822(message.createdAt),
    date_sent: message.providerMessageId === null ? null : rfc2822(message.updatedAt),
    date_updated: rfc2822(message.updatedAt),
    direction: isInbound ? 'inbound' : 'outbound-api',
    error_code: hasEnded ? codeOf(message) : null,
    error_message: hasEnded ? (message.error?.message ?? null) : null,
    from: byService ? null : (message.from ?? ''),
    messaging_service_sid: byService ? message.from : null,
    num_media: String(message.mediaUrls.length),
    num_segments: String(message.segments),
    price: null,
    price_unit: null,
    sid,
    status: twilioStatus[message.status],
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to ?? '',
    uri: `${uri}.json`,
  };
}

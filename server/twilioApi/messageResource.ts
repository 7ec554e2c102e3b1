import { isMessagingService } from '../../domain/sender.js';
import { messageSidOf } from '../../domain/twilioSid.js';
import { twilioApiVersion, twilioErrorOf, twilioStatus } from '../../domain/twilioWords.js';
import type { MessageView } from '../messageView.js';

const rfc2822 = (iso: string) => new Date(iso).toUTCString().replace('GMT', '+0000');

/** Where the messages of an account are, relative to the server. */
export const messagesUri = (accountSid: string) => `/${twilioApiVersion}/Accounts/${accountSid}/Messages`;

/** A message as Twilio shows one. */
export function resourceOf(accountSid: string, message: MessageView): Record<string, unknown> {
  const sid = messageSidOf(message.id);
  const uri = `${messagesUri(accountSid)}/${sid}`;
  const failure = twilioErrorOf(message.status, message.error);
  const isInbound = message.direction === 'inbound';
  const byService = message.from !== null && isMessagingService(message.from);
  return {
    account_sid: accountSid,
    api_version: twilioApiVersion,
    // Empty where it was erased, as Twilio shows a message that was redacted.
    body: message.body ?? '',
    date_created: rfc2822(message.createdAt),
    date_sent: message.providerMessageId === null ? null : rfc2822(message.updatedAt),
    date_updated: rfc2822(message.updatedAt),
    direction: isInbound ? 'inbound' : 'outbound-api',
    error_code: failure.code,
    error_message: failure.message,
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

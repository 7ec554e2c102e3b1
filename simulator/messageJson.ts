import { errorSentence } from './apiErrors.js';
import type { StoredMessage } from './ledgerEntries.js';
import { countSegments } from './segments.js';

/**
 * The sender a Messaging Service "picks": always the same for one service, so that a conversation keeps its number.
 *
 * @param messagingServiceSid MG and 32 hex digits
 */
export function senderOfService(messagingServiceSid: string): string {
  return `+1415555${2_700 + (Number.parseInt(messagingServiceSid.slice(-6), 16) % 100)}`;
}

/** Twilio's message resource. Dates are RFC 2822, counts are strings, and what is not known yet is null. */
export function messageJson(message: StoredMessage): Record<string, unknown> {
  const { entry } = message;
  const uri = `/2010-04-01/Accounts/${entry.accountSid}/Messages/${entry.sid}`;
  // With a service, the sender and the segments are only known when the message leaves.
  const isUnassigned = message.status === 'accepted' && entry.messagingServiceSid !== null;
  const isChosen = isUnassigned && entry.from === senderOfService(entry.messagingServiceSid ?? '');
  return {
    account_sid: entry.accountSid,
    api_version: '2010-04-01',
    body: message.redacted ? '' : (entry.listedBody ?? entry.body),
    date_created: rfc2822(entry.acceptedAtMs),
    date_sent: message.dateSentMs === null ? null : rfc2822(message.dateSentMs),
    date_updated: rfc2822(message.dateUpdatedMs),
    direction: 'outbound-api',
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : errorSentence(message.errorCode),
    from: isChosen ? null : entry.from,
    messaging_service_sid: entry.messagingServiceSid,
    num_media: String(entry.numMedia),
    num_segments: isUnassigned ? '0' : String(countSegments(entry.body)),
    price: null,
    price_unit: 'USD',
    sid: entry.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: entry.to,
    uri: `${uri}.json`,
  };
}

/** When the list and the fetch start to show a message, in epoch milliseconds. */
export function visibleAtMs(message: StoredMessage): number {
  return message.entry.acceptedAtMs + (message.entry.listLagMs ?? 0);
}

function rfc2822(atMs: number): string {
  return new Date(atMs).toUTCString().replace('GMT', '+0000');
}

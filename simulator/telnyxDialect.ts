import { randomUUID } from 'node:crypto';
import { errorSentence } from './apiErrors.js';
import type { Dialect, Told } from './dialect.js';
import type { StoredMessage } from './ledgerEntries.js';
import { isFailure, isTerminal, type MessageStatus } from './messageStatus.js';
import { countSegments } from './segments.js';
import { telnyxHeaders } from './telnyxKey.js';
import type { Webhook } from './webhookClient.js';

/** Telnyx's code for what Twilio calls otherwise; rules and magic numbers speak of Twilio's. Other codes are said as they are. */
const telnyxCodes: Readonly<Record<number, number>> = {
  20003: 10009,
  20404: 10005,
  20429: 10011,
  20500: 10007,
  20503: 10007,
  21211: 40310,
  21408: 40309,
  21602: 40316,
  21606: 40305,
  21610: 40300,
  21611: 40318,
  21612: 40001,
  21614: 40001,
  21617: 40302,
  30003: 40006,
  30004: 40002,
  30005: 40012,
  30006: 40001,
  30007: 40003,
  30008: 40008,
};

const httpStatuses: Readonly<Record<number, number>> = { 10005: 404, 10007: 500, 10009: 401, 10011: 429, 40300: 400 };

const words: Readonly<Partial<Record<MessageStatus, string>>> = {
  accepted: 'queued',
  undelivered: 'delivery_failed',
  failed: 'sending_failed',
};

function errors(code: number | null | undefined): Record<string, unknown>[] {
  if (code === null || code === undefined) return [];
  return [{ code: String(telnyxCodes[code] ?? code), title: errorSentence(code), detail: errorSentence(code), meta: {} }];
}

/** Telnyx's message resource. */
export function telnyxJson({ entry, ...message }: StoredMessage, told?: Told): Record<string, unknown> {
  const status = told?.status ?? message.status;
  const errorCode = told ? told.errorCode : message.errorCode;
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    record_type: 'message',
    direction: 'outbound',
    id: entry.sid,
    type: entry.numMedia > 0 ? 'MMS' : 'SMS',
    messaging_profile_id: entry.accountSid,
    from: { phone_number: entry.from, carrier: 'Telnyx', line_type: 'Wireless' },
    to: [{ phone_number: entry.to, status: told?.word ?? words[status] ?? status, carrier: '', line_type: 'Wireless' }],
    cc: [],
    text: entry.listedBody ?? entry.body,
    media: [],
    webhook_url: entry.statusCallback,
    webhook_failover_url: null,
    encoding: 'GSM-7',
    parts: countSegments(entry.body),
    tags: [],
    cost: null,
    received_at: at(entry.acceptedAtMs),
    sent_at: at(message.dateSentMs),
    completed_at: isTerminal(status) ? at(message.dateUpdatedMs) : null,
    valid_until: null,
    errors: isFailure(status) ? errors(errorCode) : [],
  };
}

/** A signed webhook of Telnyx's. */
function telnyxWebhook(url: string, eventType: string, payload: Record<string, unknown>, atMs: number): Webhook {
  const event = { record_type: 'event', event_type: eventType, id: randomUUID(), occurred_at: new Date(atMs).toISOString(), payload };
  const body = JSON.stringify({ data: event, meta: { attempt: 1, delivered_to: url } });
  return { url, headers: telnyxHeaders(body, atMs), body };
}

export const telnyxDialect: Dialect = {
  vendor: 'telnyx',
  newId: randomUUID,
  created: (message) => ({ httpStatus: 200, json: { data: telnyxJson(message) } }),
  refuse: (response, code, httpStatus) => {
    response.status(httpStatus ?? httpStatuses[telnyxCodes[code] ?? code] ?? 400).json({ errors: errors(code) });
  },
  statusWebhook: (message, step, atMs) => {
    if (message.entry.statusCallback === null) return null;
    const kind = isTerminal(step.status) ? 'message.finalized' : 'message.sent';
    return telnyxWebhook(message.entry.statusCallback, kind, telnyxJson(message, step), atMs);
  },
  inboundWebhook: ({ accountSid, url, from, to, body }, atMs) => {
    const id = randomUUID();
    const payload = {
      record_type: 'message',
      direction: 'inbound',
      id,
      type: 'SMS',
      messaging_profile_id: accountSid,
      from: { phone_number: from, carrier: '', line_type: 'Wireless' },
      to: [{ phone_number: to, status: 'webhook_delivered', carrier: 'Telnyx', line_type: 'Wireless' }],
      cc: [],
      text: body,
      media: [],
      parts: countSegments(body),
      received_at: new Date(atMs).toISOString(),
      errors: [],
    };
    return { id, webhook: telnyxWebhook(url, 'message.received', payload, atMs) };
  },
};

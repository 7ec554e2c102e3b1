import { randomUUID } from 'node:crypto';
import { errorSentence } from './apiErrors.js';
import type { Dialect, Told } from './dialect.js';
import { gatewayHeaders } from './gatewaySecret.js';
import type { StoredMessage } from './ledgerEntries.js';
import { isFailure, type MessageStatus } from './messageStatus.js';

/** The contract's word for what Twilio gives a number; rules and magic numbers speak of numbers. */
const gatewayCodes: Readonly<Record<number, string>> = {
  20003: 'signature_refused',
  20429: 'too_many_requests',
  21211: 'recipient_invalid',
  21606: 'not_set_up',
  21610: 'recipient_opted_out',
  21612: 'recipient_invalid',
  21614: 'recipient_invalid',
  21617: 'content_refused',
  30003: 'recipient_unreachable',
  30005: 'recipient_invalid',
  30006: 'recipient_invalid',
  30007: 'content_refused',
};

const httpStatuses: Readonly<Record<number, number>> = { 20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503 };

const words: Readonly<Partial<Record<MessageStatus, string>>> = { queued: 'accepted', scheduled: 'accepted', read: 'delivered' };

const errorOf = (code: number) => ({ code: gatewayCodes[code] ?? `code_${code}`, message: errorSentence(code) });

/** A message as the contract shows it. */
export function gatewayJson({ entry, ...message }: StoredMessage, told?: Told): Record<string, unknown> {
  const status = told?.status ?? message.status;
  const errorCode = told ? told.errorCode : message.errorCode;
  return {
    id: entry.sid,
    status: told?.word ?? words[status] ?? status,
    to: entry.to,
    from: entry.from,
    text: entry.listedBody ?? entry.body,
    createdAt: new Date(entry.acceptedAtMs).toISOString(),
    error: isFailure(status) && errorCode ? errorOf(errorCode) : null,
  };
}

export const gatewayDialect: Dialect = {
  vendor: 'gateway',
  newId: () => `gw_${randomUUID()}`,
  created: (message) => ({ httpStatus: 202, json: gatewayJson(message) }),
  refuse: (response, code, httpStatus) => {
    response.status(httpStatus ?? httpStatuses[code] ?? 422).json({ error: errorOf(code) });
  },
  statusWebhook: (message, step, atMs, idempotencyToken) => {
    const { entry } = message;
    if (entry.statusCallback === null) return null;
    const body = JSON.stringify(gatewayJson(message, step));
    return { url: entry.statusCallback, headers: gatewayHeaders(entry.accountSid, idempotencyToken, atMs, body), body };
  },
  inboundWebhook: ({ accountSid, url, from, to, body: text, optOutType }, atMs) => {
    const id = `gw_${randomUUID()}`;
    const body = JSON.stringify({ id, from, to, text, ...(optOutType && { optOut: optOutType }) });
    return { id, webhook: { url, headers: gatewayHeaders(accountSid, id, atMs, body), body } };
  },
};

import { type Api, type MessageToSend, Refusal } from './api.js';
import type { Live, RefusedAck } from './live.js';
import type { OutboxEntry, SendOutcome } from './outbox.js';

/** Codes by which the server asks to come back later; they say nothing about the message. */
const laterCodes = new Set(['unavailable', 'overloaded', 'rate_limited', 'too_many_requests']);
const laterStatuses = new Set([429, 502, 503, 504]);

/**
 * One attempt: over the socket, and over HTTP where the socket is down or silent. Both carry the entry's idempotency key, so
 * that a message which the socket did deliver is answered by HTTP with the same id.
 */
export async function sendMessage(entry: OutboxEntry, live: Pick<Live, 'send'>, api: Pick<Api, 'send'>): Promise<SendOutcome> {
  const { to, body, from, sendAt } = entry;
  const message: MessageToSend = { to, body, ...(from ? { from } : {}), ...(sendAt ? { sendAt } : {}) };
  const ack = await live.send({ ...message, idempotencyKey: entry.idempotencyKey });
  if (ack)
    return ack.ok ? { kind: 'accepted', id: ack.id, conversationId: ack.conversationId, status: ack.status } : outcomeOfRefusedAck(ack);
  try {
    const { id, conversationId, status } = await api.send(message, entry.idempotencyKey);
    return { kind: 'accepted', id, conversationId, status };
  } catch (error) {
    return outcomeOfError(error);
  }
}

export function outcomeOfRefusedAck({ code, message, errors = [] }: RefusedAck): SendOutcome {
  if (laterCodes.has(code)) return { kind: 'later', afterMs: null };
  return { kind: 'refused', code, sentence: message, errors, inDoubt: code === 'internal' };
}

export function outcomeOfError(error: unknown): SendOutcome {
  if (!(error instanceof Refusal)) return { kind: 'later', afterMs: null };
  if (laterStatuses.has(error.status)) return { kind: 'later', afterMs: error.retryAfterMs };
  return { kind: 'refused', code: error.code, sentence: error.message, errors: error.errors, inDoubt: error.status >= 500 };
}

/** Not crypto.randomUUID, which a page served over plain HTTP in a local network does not have. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

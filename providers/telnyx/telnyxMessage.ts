import { z } from 'zod';
import type { ProviderStatus } from '../../domain/messageStatus.js';

const word = z.string().min(1);
const party = z.object({ phone_number: z.string().nullish(), status: z.string().nullish() });

/** Telnyx's message resource, with the fields that are used. */
export const telnyxMessage = z.object({
  id: word,
  direction: z.string().nullish(),
  messaging_profile_id: z.string().nullish(),
  from: party.nullish(),
  to: z.array(party).min(1),
  text: z.string().nullish(),
  media: z.array(z.object({ url: z.string().nullish() })).nullish(),
  received_at: z.string().nullish(),
  errors: z.array(z.object({ code: z.coerce.string(), title: z.string().nullish(), detail: z.string().nullish() })).nullish(),
});
export type TelnyxMessage = z.infer<typeof telnyxMessage>;

/** An answer that has a message. */
export const telnyxAnswer = z.object({ data: telnyxMessage });

/** An answer that says no. */
export const telnyxRefusal = z.object({
  errors: z.array(z.object({ code: z.coerce.string(), title: z.string().nullish(), detail: z.string().nullish() })).min(1),
});

/** A webhook. */
export const telnyxEvent = z.object({ data: z.object({ event_type: word, payload: telnyxMessage }) });

const providerStatuses: Record<string, ProviderStatus> = {
  queued: 'accepted',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  // The carrier gives no receipt, and none is to come: no more is known than that it was passed on.
  delivery_unconfirmed: 'sent',
  delivery_failed: 'undelivered',
  sending_failed: 'failed',
  expired: 'failed',
};

/** Telnyx's word for where the message stands, which it says of each recipient; there is one. */
export const wordOf = ({ to }: TelnyxMessage): string => to[0]?.status ?? '';

/** Our state for Telnyx's word; undefined for words that we don't know. */
export function statusOf(providerStatus: string): ProviderStatus | undefined {
  return Object.hasOwn(providerStatuses, providerStatus) ? providerStatuses[providerStatus] : undefined;
}

/** Code of a message that had expired, where Telnyx says no more than that. */
const expiredCode = '40014';

/** Why the message failed; null where it did not. */
export function errorOf(message: TelnyxMessage): { code: string; message: string } | null {
  const status = statusOf(wordOf(message));
  if (status !== 'failed' && status !== 'undelivered') return null;
  const [error] = message.errors ?? [];
  if (error) return { code: error.code, message: error.detail ?? error.title ?? '' };
  return wordOf(message) === 'expired' ? { code: expiredCode, message: 'the message expired in the queue' } : null;
}

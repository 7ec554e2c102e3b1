import { timingSafeEqual } from 'node:crypto';
import { callbackClockToleranceMs } from '../../domain/limits.js';
import { signatureHeaders, webhookSignature } from '../../platform/webhookSignature.js';
import type { CallbackRequest } from '../provider.js';

/** As in Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
const secretShape = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

export const isSecret = (text: string): boolean => secretShape.test(text);

/** The headers that prove who sends: `id` is the message's reference, or its id where it is asked for. */
export function signedHeaders(secret: string, id: string, atMs: number, body: string): Record<string, string> {
  return signatureHeaders([secret], id, Math.floor(atMs / 1_000), body);
}

/** Whether a callback was signed with the secret, and lately. Of several signatures, as while a secret is changed, one is enough. */
export function isSigned({ headers, body, receivedAtMs }: CallbackRequest, secret: string): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers;
  if (!id || !/^\d{1,12}$/.test(timestamp) || !isSecret(secret)) return false;
  if (Math.abs(receivedAtMs - Number(timestamp) * 1_000) > callbackClockToleranceMs) return false;
  const expected = webhookSignature(secret, id, timestamp, body);
  return signatures.split(' ').some((one) => {
    const given = one.startsWith('v1,') ? Buffer.from(one.slice('v1,'.length), 'base64') : Buffer.alloc(0);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** Signatures as Standard Webhooks 1.0 has them: https://github.com/standard-webhooks/standard-webhooks */
import { createHmac } from 'node:crypto';
import { randomKey } from './crypto.js';

const prefix = 'whsec_';

/** What a secret makes of one message: an HMAC over its id, its time (epoch seconds) and its body. */
export function webhookSignature(secret: string, id: string, atS: number | string, body: string): Buffer {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  return createHmac('sha256', key).update(`${id}.${atS}.${body}`).digest();
}

/** A new secret, `whsec_` and 256 random bits in base64. */
export function newWebhookSecret(): string {
  return prefix + randomKey().toString('base64');
}

/**
 * The headers of one attempt: its id, its time and a signature by each secret, so that a receiver that knows either of two
 * can verify it. `atS` is epoch seconds.
 */
export function signatureHeaders(secrets: string[], id: string, atS: number, body: string): Record<string, string> {
  const signatures = secrets.map((secret) => `v1,${webhookSignature(secret, id, atS, body).toString('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(atS), 'webhook-signature': signatures.join(' ') };
}

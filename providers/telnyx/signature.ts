import { createPublicKey, verify } from 'node:crypto';
import { callbackClockToleranceMs } from '../../domain/limits.js';
import type { CallbackRequest } from '../provider.js';

/** Bytes of an Ed25519 public key. */
const keyBytes = 32;

export function isPublicKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').length === keyBytes;
}

/** Whether Telnyx signed the callback with the key that belongs to this public one (base64), and lately. */
export function isSigned({ headers, body, receivedAtMs }: CallbackRequest, publicKey: string): boolean {
  const timestamp = headers['telnyx-timestamp'] ?? '';
  const signature = Buffer.from(headers['telnyx-signature-ed25519'] ?? '', 'base64');
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(receivedAtMs - Number(timestamp) * 1_000) > callbackClockToleranceMs) return false;
  if (!isPublicKey(publicKey)) return false;
  const x = Buffer.from(publicKey, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(`${timestamp}|${body}`), key, signature);
}

/**
 * Secrets. The master key (ENCRYPTION_KEY) wraps one random key a workspace; everything else of a workspace is derived
 * from that key by HKDF with a label: message ids, contact ids, callback signatures, the key of its stored secrets.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

const envelopeVersion = 'v1';

/** The secret could not be opened: wrong key, wrong owner, or damaged text. */
export class SecretError extends Error {
  override name = 'SecretError';
}

/** First 8 hex digits of the key's hash: says which key sealed an envelope without saying anything about the key. */
export function keyId(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

/** AES-256-GCM. `context` (e.g. `workspace/<id>/auth_token`) is authenticated, so a sealed text can't be moved elsewhere. */
export function seal(key: Uint8Array, context: string, plain: Uint8Array): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return [envelopeVersion, keyId(key), nonce.toString('base64url'), sealed.toString('base64url')].join('.');
}

/** The id of the key that sealed an envelope. Throws SecretError where it is none. */
export function keyIdOf(envelope: string): string {
  const [version, id] = envelope.split('.');
  if (version !== envelopeVersion || !id) throw new SecretError('the stored secret has an unknown form');
  return id;
}

/** The opposite of `seal`. Throws SecretError. */
export function open(key: Uint8Array, context: string, envelope: string): Buffer {
  const [version, id, nonce, sealed] = envelope.split('.');
  if (version !== envelopeVersion || !nonce || !sealed) throw new SecretError('the stored secret has an unknown form');
  if (id !== keyId(key))
    throw new SecretError(`the stored secret was sealed under key ${id}, the configured key is ${keyId(key)}: check ENCRYPTION_KEY`);
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    // A tag that was cut short must not be taken for a shorter one.
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
  } catch {
    throw new SecretError('the stored secret does not belong here or is damaged');
  }
}

export type KeyPurpose =
  | 'message-id'
  | 'contact-id'
  | 'callback'
  | 'secrets'
  | 'contact-keys'
  | 'access-token'
  | 'sign-in'
  | 'audit-anchor'
  | 'cursor'
  | 'words'
  | 'export'
  | 'record';

/** A key for one purpose, derived from a workspace's key, or from the master key for what belongs to the whole installation. */
export function deriveKey(parent: Uint8Array, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', parent, Buffer.alloc(0), `postrider/${purpose}`, 32));
}

export function hmac(key: Uint8Array, ...parts: string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares without telling by its time how much of the two is equal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export function randomKey(): Buffer {
  return randomBytes(32);
}

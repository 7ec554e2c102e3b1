import { randomBytes } from 'node:crypto';
import { sha256 } from '../platform/crypto.js';

/** What a secret is for: it says so itself, so that one found somewhere can be told. */
export type SecretKind = 'refresh' | 'signin';

/** A new secret of 256 random bits: its text is handed out once, and its hash is kept. */
export function newSecret(kind: SecretKind): { text: string; hash: Buffer } {
  const text = `pr${kind}_${randomBytes(32).toString('base64url')}`;
  return { text, hash: sha256(text) };
}

/** The hash under which a secret of this kind would be found; undefined where the text can't be one. */
export function hashOfSecret(kind: SecretKind, text: string): Buffer | undefined {
  return new RegExp(`^pr${kind}_[A-Za-z0-9_-]{43}$`).test(text) ? sha256(text) : undefined;
}

/**
 * What is sealed for a column: `version 1 | id of the key 4 | nonce 12 | cipher text | tag 16`, AES-256-GCM. The id says
 * whether a key fits before it is tried, so that a contact that was erased and has a new key is told from damage.
 */
import { createCipheriv, createDecipheriv, createHash, randomFillSync } from 'node:crypto';
import { SecretError } from './crypto.js';

const version = 1;
const idBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + idBytes + nonceBytes;

/** A key with its id worked out once: hashing it for each message would cost as much as sealing. */
export interface SealingKey {
  bytes: Buffer;
  id: Buffer;
}

export function sealingKey(bytes: Buffer): SealingKey {
  return { bytes, id: createHash('sha256').update(bytes).digest().subarray(0, idBytes) };
}

// A random nonce costs a system call; taken from a pool it costs a copy.
const pool = Buffer.alloc(nonceBytes * 512);
let taken = pool.length;
function nextNonce(): Buffer {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += nonceBytes;
  return Buffer.from(pool.subarray(taken - nonceBytes, taken));
}

/** Seals bytes; `context` is authenticated, so that a sealed value can't be moved to another place. */
export function sealBytes({ bytes, id }: SealingKey, context: string, plain: Uint8Array): Buffer {
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(context));
  return Buffer.concat([Buffer.of(version), id, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The opposite; undefined where another key has sealed it. Throws SecretError where it is damaged or does not belong here. */
export function openBytes({ bytes, id }: SealingKey, context: string, sealed: Buffer): Buffer | undefined {
  if (sealed[0] !== version || sealed.length < headBytes + tagBytes) throw new SecretError('the sealed value has an unknown form');
  if (!sealed.subarray(1, 1 + idBytes).equals(id)) return undefined;
  const nonce = sealed.subarray(1 + idBytes, headBytes);
  try {
    const decipher = createDecipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(headBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new SecretError('the sealed value does not belong here or is damaged');
  }
}

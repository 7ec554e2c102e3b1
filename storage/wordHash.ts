import { hmac } from '../platform/crypto.js';

/** A word as it is stored and looked for: 64 bits of an HMAC under the workspace's key for words, as a decimal number with its sign. */
export function wordHash(key: Buffer, word: string): string {
  return hmac(key, word).readBigInt64BE().toString();
}

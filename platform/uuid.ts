import { randomBytes } from 'node:crypto';
import { uuidFromBytes } from '../domain/ids.js';

/** A UUID of version 7: 48 bits of Unix time in milliseconds, then random bits; sorts by time. */
export function uuidv7(nowMs: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  return uuidFromBytes(bytes, 7);
}

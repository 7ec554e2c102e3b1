import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';

/** PKCS #8 of an Ed25519 key, up to its 32 bytes. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

// Always the same, so that an account that was set up once is good after a restart. It protects nothing.
const seed = createHash('sha256').update("the simulator's Telnyx").digest();
const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });

/** As the portal shows it: 32 bytes in base64. */
export const telnyxPublicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');

/** The headers of a webhook that Telnyx has signed. */
export function telnyxHeaders(body: string, atMs: number): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'telnyx-webhooks',
    'telnyx-timestamp': timestamp,
    'telnyx-signature-ed25519': sign(null, Buffer.from(`${timestamp}|${body}`), privateKey).toString('base64'),
  };
}

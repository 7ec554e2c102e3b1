import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The secret of an account. Always the same, so that it need not be agreed on; it protects nothing. */
export function gatewaySecret(account: string): string {
  return `whsec_${createHash('sha256').update(`the simulator's gateway/${account}`).digest('base64')}`;
}

function signature(account: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(gatewaySecret(account).slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

export function gatewayHeaders(account: string, id: string, atMs: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  return {
    'Content-Type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature(account, id, timestamp, body),
  };
}

/** Whether a request about `id` was signed with the account's secret within the last five minutes. */
export function isSignedBy(account: string, id: string, headers: Record<string, unknown>, body: string): boolean {
  const timestamp = String(headers['webhook-timestamp'] ?? '');
  if (headers['webhook-id'] !== id || !(Math.abs(Date.now() / 1_000 - Number(timestamp)) < 300)) return false;
  const expected = Buffer.from(signature(account, id, timestamp, body));
  const given = Buffer.from(String(headers['webhook-signature'] ?? ''));
  return expected.length === given.length && timingSafeEqual(expected, given);
}

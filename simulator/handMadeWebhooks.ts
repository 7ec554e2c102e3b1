import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { ControlError, type callbackSchema, type inboundSchema } from './controlInput.js';
import type { Dialects } from './dialect.js';
import type { Ledger } from './ledger.js';
import { isFailure } from './messageStatus.js';
import type { Webhook, WebhookClient } from './webhookClient.js';

/** What came of a webhook sent by hand: the HTTP status of each time, or the error that prevented one. */
export interface WebhookReport {
  messageSid: string;
  /** Of the last time. */
  status: number | null;
  results: (number | string)[];
}

/** Sends an inbound message as its vendor does; `times` repeats the very same message. */
export async function sendInbound(
  input: z.output<typeof inboundSchema>,
  dialects: Dialects,
  client: WebhookClient,
): Promise<WebhookReport> {
  const { id, webhook } = dialects[input.vendor].inboundWebhook(input, Date.now());
  return repeat(client, webhook ?? missingToken(input.accountSid), id, input.times);
}

/** Sends a status callback for a known message, whatever its state. */
export async function sendCallback(
  input: z.output<typeof callbackSchema>,
  dialects: Dialects,
  client: WebhookClient,
  ledger: Ledger,
): Promise<WebhookReport> {
  const message = ledger.find(input.sid);
  if (!message) throw new ControlError(404, `No message ${input.sid} was accepted here.`);
  const { entry } = message;
  if (entry.statusCallback === null) throw new ControlError(400, `Message ${input.sid} came without a StatusCallback.`);
  const errorCode = isFailure(input.status) ? (input.errorCode ?? 30008) : undefined;
  if (input.record) ledger.setStatus(message, input.status, errorCode ?? null, Date.now(), false);
  const signedWith = input.authToken === undefined ? message : { ...message, authToken: input.authToken };
  const told = { status: input.status, ...(errorCode !== undefined && { errorCode }) };
  const webhook = dialects[entry.vendor ?? 'twilio'].statusWebhook(signedWith, told, Date.now(), randomUUID());
  return repeat(client, webhook ?? missingToken(entry.accountSid), input.sid, input.times);
}

async function repeat(client: WebhookClient, webhook: Webhook, messageSid: string, times: number): Promise<WebhookReport> {
  // All at once: copies that arrive together are the harder case for the receiver.
  const posts = Array.from({ length: times }, () =>
    client.post(webhook).catch((error: Error & { code?: string }) => error.code ?? error.message),
  );
  const results = await Promise.all(posts);
  const last = results.at(-1);
  return { messageSid, status: typeof last === 'number' ? last : null, results };
}

function missingToken(accountSid: string): never {
  throw new ControlError(400, `No request of ${accountSid} was seen yet, so its token is unknown: add "authToken".`);
}

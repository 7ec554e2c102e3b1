/** What customers can hear of by webhook, and when an attempt is made again. */
import { webhookPauseMaxMs, webhookPauseMinMs, webhookPauseShare, webhookRetryJitterShare } from './limits.js';

/** Of a message's events those that say what became of it; each is `message.` and the state. */
export const webhookEventTypes = [
  'message.received',
  'message.sent',
  'message.delivered',
  'message.undelivered',
  'message.failed',
  'message.expired',
  'message.parked',
  'message.unknown',
  'message.canceled',
  'consent.changed',
  'notification.created',
] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** `events`: registered, and hears of the types that it wants. `statusCallbacks`: stands for the StatusCallback URLs of one server. */
export const endpointKinds = ['events', 'statusCallbacks'] as const;
export type EndpointKind = (typeof endpointKinds)[number];

/** What a StatusCallback hears of: each state that the answer to the request has not told already. */
export const statusCallbackTypes = [
  'message.accepted',
  'message.sending',
  'message.sent',
  'message.delivered',
  'message.undelivered',
  'message.failed',
  'message.expired',
  'message.canceled',
] as const;

/** Sent on request only, to whichever endpoint. */
export const webhookTestType = 'webhook.test';

/** `failed`: given up after the last planned attempt. `skipped`: somebody did not want it any more. */
export const deliveryStatuses = ['pending', 'delivered', 'failed', 'skipped'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** An endpoint of a workspace: the input of the workflow deliverWebhooks. */
export interface WebhookRef {
  workspaceId: string;
  endpointId: string;
}

/** What one run of the activity did. */
export interface WebhookBatch {
  delivered: number;
  failed: number;
  /** Time was over before all that is due was tried. */
  isMore: boolean;
}

/** What an endpoint is sent, as Standard Webhooks has it. `timestamp` is when the event happened, ISO 8601. */
export interface WebhookEnvelope {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

/**
 * The wait before the attempt that follows attempt number `attempts`, milliseconds; null where there is none.
 *
 * @param random a number from 0 up to 1, of Math.random: deliveries that failed together come back apart
 */
export function webhookRetryDelayMs(delaysMs: readonly number[], attempts: number, random: number): number | null {
  const delayMs = delaysMs[attempts - 1];
  return delayMs === undefined ? null : Math.round(delayMs * (1 + random * webhookRetryJitterShare));
}

/** How long an endpoint is left alone that has been failing for so long, milliseconds. */
export function webhookPauseMs(failingForMs: number): number {
  return Math.round(Math.min(webhookPauseMaxMs, Math.max(webhookPauseMinMs, failingForMs * webhookPauseShare)));
}

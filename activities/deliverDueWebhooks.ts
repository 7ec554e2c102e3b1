import { Context } from '@temporalio/activity';
import { heartbeatEveryMs, webhookBatchMax, webhookBatchMs, webhookRequestsConcurrentMax } from '../domain/limits.js';
import type { Notice } from '../domain/notifications.js';
import { type WebhookBatch, type WebhookRef, webhookPauseMs, webhookRetryDelayMs } from '../domain/webhooks.js';
import { RefusedUrl } from '../platform/publicHttp.js';
import { Turns } from '../platform/turns.js';
import { type DueDelivery, dueWebhookDeliveries, storeDelivered, storeFailed, storeSkipped } from '../storage/webhookDeliveries.js';
import { readWebhookTarget, type WebhookTarget } from '../storage/webhookEndpoints.js';
import type { WebhookDependencies } from './dependencies.js';
import { type WebhookRequest, webhookRequest } from './webhookRequest.js';

/** What an attempt came to. */
interface Answer {
  /** Null where there was none. */
  status: number | null;
  /** Empty where the delivery was taken. */
  error: string;
}

const goneStatus = 410;

/**
 * Sends what is due to one endpoint, the oldest first and a few at once, for about `webhookBatchMs`. A run that dies has sent
 * some twice at most: their webhook-id says so. What fails is tried again later; an endpoint that had failed before is left
 * alone at the first failure, and disabled where that lasts or where it says that it is gone.
 */
export function deliverDueWebhooks(dependencies: WebhookDependencies) {
  const { database, workspaces } = dependencies;
  return async (ref: WebhookRef): Promise<WebhookBatch> => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
    return deliver(ref, context.cancellationSignal).finally(() => clearInterval(beat));
  };

  async function deliver(ref: WebhookRef, cancellationSignal: AbortSignal): Promise<WebhookBatch> {
    const untilMs = Date.now() + webhookBatchMs;
    const counts = { delivered: 0, failed: 0 };
    const isOver = () => cancellationSignal.aborted || Date.now() >= untilMs;
    const workspace = await workspaces.get(ref.workspaceId);
    while (!isOver()) {
      const target = await readWebhookTarget(database, workspace, ref);
      const due = target ? await dueWebhookDeliveries(database, ref, webhookBatchMax) : [];
      if (!target || due.length === 0) return { ...counts, isMore: false };
      const turns = new Turns(webhookRequestsConcurrentMax);
      let isLeftAlone = false;
      const attempt = async (delivery: DueDelivery): Promise<void> => {
        if (isLeftAlone || isOver()) return;
        const request = await webhookRequest(dependencies, workspace, target, delivery);
        if (typeof request === 'string') return storeSkipped(database, ref, delivery.id, request);
        const answer = await send(request, cancellationSignal);
        // Nobody can say what became of it: another process tries it again.
        if (cancellationSignal.aborted && answer.status === null) return;
        const isTaken = answer.error === '';
        counts[isTaken ? 'delivered' : 'failed'] += 1;
        if (isTaken) await storeTaken(dependencies, ref, delivery, answer);
        else isLeftAlone = (await storeFailure(dependencies, ref, target, delivery, answer)) || isLeftAlone || target.failingSince !== null;
      };
      await Promise.all(due.map((delivery) => turns.run(ref.endpointId, () => attempt(delivery))));
    }
    return { ...counts, isMore: true };
  }

  async function send({ url, headers, body }: WebhookRequest, signal: AbortSignal): Promise<Answer> {
    try {
      const status = await dependencies.http.post(url, headers, body, signal);
      return { status, error: status >= 200 && status < 300 ? '' : errorOf(status) };
    } catch (error) {
      return { status: null, error: error instanceof RefusedUrl ? `the URL ${error.message}` : (error as Error).message };
    }
  }
}

function errorOf(status: number): string {
  if (status === goneStatus) return 'answered 410: it is gone';
  return status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
}

async function storeTaken(
  { database, telemetry }: WebhookDependencies,
  ref: WebhookRef,
  delivery: DueDelivery,
  { status }: Answer,
): Promise<void> {
  await storeDelivered(database, ref, delivery.id, status ?? 0);
  telemetry.count('webhook_attempts_total', { outcome: 'delivered' });
  if (delivery.attempts === 0) telemetry.time('webhook_delay_seconds', {}, Date.now() - delivery.occurredAt.getTime());
}

/** Stores a failure with what follows from it; answers whether the endpoint was disabled. */
async function storeFailure(
  dependencies: WebhookDependencies,
  ref: WebhookRef,
  { url, failingSince }: WebhookTarget,
  { id: deliveryId, attempts, type }: DueDelivery,
  { status, error }: Answer,
): Promise<boolean> {
  const { database, store, telemetry, logger, retryDelaysMs, disableAfterMs } = dependencies;
  const failingForMs = failingSince ? Date.now() - failingSince.getTime() : 0;
  const isGone = status === goneStatus;
  const lasts = failingSince !== null && failingForMs >= disableAfterMs;
  const reason = isGone
    ? 'it answered 410: it is gone'
    : lasts
      ? `every attempt has failed since ${failingSince.toISOString()}: ${error}`
      : '';
  // One that is disabled keeps what is left for when it is enabled again.
  const retryInMs = webhookRetryDelayMs(retryDelaysMs, attempts + 1, Math.random()) ?? (reason ? 0 : null);
  const about = { ...ref, subject: ref.endpointId, details: { endpointId: ref.endpointId, url, error } };
  const disabled = await storeFailed(database, ref, {
    deliveryId,
    retryInMs,
    responseStatus: status,
    error,
    pauseMs: failingSince ? webhookPauseMs(failingForMs) : 0,
    disable: reason ? { reason, isGone } : null,
    notice: noticeOf(about, 'webhook.disabled', `A webhook endpoint was disabled: ${reason}`),
  });
  telemetry.count('webhook_attempts_total', { outcome: 'failed' });
  if (disabled) {
    telemetry.count('webhook_endpoints_disabled_total', {});
    logger.warn({ event: 'webhook.disabled', ...ref, reason });
    store.changed(ref.workspaceId);
  }
  // Of a notification that could not be told none is made: it would be the next that can't.
  if (retryInMs === null && type !== 'notification.created')
    await store.notify(noticeOf(about, 'webhook.given_up', `Webhooks were given up after ${attempts + 1} attempts: ${error}`));
  return disabled;
}

function noticeOf(about: Omit<Notice, 'kind' | 'summary'>, kind: 'webhook.disabled' | 'webhook.given_up', summary: string): Notice {
  return { workspaceId: about.workspaceId, subject: about.subject, kind, summary, ...(about.details && { details: about.details }) };
}

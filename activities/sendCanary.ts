import { setTimeout as delay } from 'node:timers/promises';
import { canaryLookEveryMs, canaryPatienceMs, canaryValidityS } from '../domain/loadLimits.js';
import { type MessageStatus, messageStatuses } from '../domain/messageStatus.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** How far a canary has come: arrived; with the provider, which has not said more; not there yet; or not even accepted. */
export type CanaryResult = 'delivered' | 'taken' | 'late' | 'failed' | 'refused';

const resultOf: Partial<Record<MessageStatus, CanaryResult>> = {
  delivered: 'delivered',
  accepted: 'taken',
  sending: 'taken',
  sent: 'taken',
  unknown: 'taken',
  undelivered: 'failed',
  failed: 'failed',
  expired: 'late',
};

/**
 * Sends a message as a customer would, through the door and with a key of the workspace that is set aside for that, and sees
 * whether it arrives. Once a name: a run that is repeated finds the message of the first.
 */
export function sendCanary({ canary, publicBaseUrl, telemetry, logger }: MaintenanceDependencies) {
  return async (name: string): Promise<CanaryResult | 'off'> => {
    if (!canary) return 'off';
    const beganAt = performance.now();
    const ask = async (path: string, init: RequestInit = {}): Promise<{ id?: unknown; status?: unknown } | undefined> => {
      const headers = { authorization: `Bearer ${canary.apiKey}`, 'content-type': 'application/json', 'idempotency-key': name };
      const signal = AbortSignal.timeout(canaryPatienceMs);
      const response = await fetch(publicBaseUrl + path, { ...init, headers, signal }).catch(() => undefined);
      return response?.ok ? ((await response.json()) as { id?: unknown; status?: unknown }) : undefined;
    };
    const body = JSON.stringify({ to: canary.to, body: `Canary ${name}`, priority: 'high', validitySeconds: canaryValidityS });
    const result = await (async (): Promise<CanaryResult> => {
      const sent = await ask('/v1/messages', { method: 'POST', body });
      if (typeof sent?.id !== 'string') return 'refused';
      for (;;) {
        const status = messageStatuses.find((one) => one === sent.status);
        const so = status && resultOf[status];
        if (so === 'delivered' || so === 'failed') return so;
        if (performance.now() - beganAt >= canaryPatienceMs) return so ?? 'late';
        await delay(canaryLookEveryMs);
        sent.status = (await ask(`/v1/messages/${sent.id}`))?.status ?? sent.status;
      }
    })();
    telemetry.count('canary_messages_total', { result });
    if (result === 'delivered') telemetry.time('canary_seconds', {}, performance.now() - beganAt);
    else logger.warn({ event: 'canary.not_delivered', result, name });
    return result;
  };
}

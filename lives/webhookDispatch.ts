import type { Client } from '@temporalio/client';
import { webhookWorkflowId } from '../domain/ids.js';
import { webhookEventsPerLookMax, webhookLookEveryMs, webhookPruneEveryMs } from '../domain/limits.js';
import { shedFrom } from '../domain/loadLevel.js';
import { taskQueues } from '../domain/taskQueues.js';
import type { WebhookRef } from '../domain/webhooks.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import { pruneStatusCallbacks } from '../storage/statusCallbacks.js';
import { collectWebhookDeliveries, dueWebhookEndpoints, pruneWebhookDeliveries } from '../storage/webhookDeliveries.js';
import type { deliverWebhooks } from '../workflows/deliverWebhooks.js';
import type { LoadWatch } from './loadWatch.js';
import { startOnce, workspaceIdKey } from './startOnce.js';

export interface DispatchSettings {
  database: Database;
  temporal: Client;
  logger: Logger;
  load: LoadWatch;
}

/**
 * Follows the events of workspaces that have webhook endpoints, makes deliveries of what is new, and starts the workflow of each
 * endpoint that has something to be sent. Whoever makes events knows nothing of it. Several may run.
 */
export function webhookDispatch(settings: DispatchSettings): Lookout {
  const { database, logger, load } = settings;
  let prunedAtMs = 0;
  return new Lookout({
    look: async () => {
      // What waits is delivered afterwards, with the time at which it happened.
      if (load.level >= shedFrom.webhooks) return false;
      const seen = await collectWebhookDeliveries(database);
      await Promise.all((await dueWebhookEndpoints(database)).map((ref) => startDeliveries(settings, ref)));
      if (Date.now() - prunedAtMs >= webhookPruneEveryMs) {
        prunedAtMs = Date.now();
        await pruneWebhookDeliveries(database);
        await pruneStatusCallbacks(database);
      }
      // Where so much was found there is more.
      return seen >= webhookEventsPerLookMax;
    },
    everyMs: webhookLookEveryMs,
    failed: (error) => logger.warn({ event: 'webhook.look_failed', error: String(error) }),
  });
}

/** One that runs already finds what is due by itself. What can't be started now is due at the next look as well. */
async function startDeliveries({ temporal, logger }: DispatchSettings, ref: WebhookRef): Promise<void> {
  const { workspaceId, endpointId } = ref;
  const options = {
    workflowId: webhookWorkflowId(workspaceId, endpointId),
    taskQueue: taskQueues.webhooks,
    args: [ref] as [WebhookRef],
    typedSearchAttributes: [{ key: workspaceIdKey, value: workspaceId }],
  };
  await startOnce<typeof deliverWebhooks>(temporal, 'deliverWebhooks', options, { anew: true }).catch((error: unknown) => {
    logger.warn({ event: 'webhook.start_failed', workspaceId, endpointId, error: String(error) });
  });
}

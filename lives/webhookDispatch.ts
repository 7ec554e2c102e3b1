import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { webhookWorkflowId } from '../domain/ids.js';
import { webhookEventsPerLookMax, webhookLookEveryMs, webhookPruneEveryMs } from '../domain/limits.js';
import { taskQueues } from '../domain/taskQueues.js';
import type { WebhookRef } from '../domain/webhooks.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import { collectWebhookDeliveries, dueWebhookEndpoints, pruneWebhookDeliveries } from '../storage/webhookDeliveries.js';
import type { deliverWebhooks } from '../workflows/deliverWebhooks.js';
import { startOnce, workspaceIdKey } from './startOnce.js';

export interface DispatchSettings {
  database: Database;
  temporal: Client;
  logger: Logger;
}

/**
 * Follows the events of workspaces that have webhook endpoints, makes deliveries of what is new, and starts the workflow of each
 * endpoint that has something to be sent. Whoever makes events knows nothing of it. Several may run.
 */
export class WebhookDispatch {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private prunedAtMs = 0;

  constructor(private readonly settings: DispatchSettings) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const seen = await this.look().catch((error: unknown) => {
        this.settings.logger.warn({ event: 'webhook.look_failed', error: String(error) });
        return 0;
      });
      // Where so much was found there is more.
      if (seen < webhookEventsPerLookMax) await delay(webhookLookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<number> {
    const { database } = this.settings;
    const seen = await collectWebhookDeliveries(database);
    await Promise.all((await dueWebhookEndpoints(database)).map((ref) => this.startDeliveries(ref)));
    if (Date.now() - this.prunedAtMs >= webhookPruneEveryMs) {
      this.prunedAtMs = Date.now();
      await pruneWebhookDeliveries(database);
    }
    return seen;
  }

  /** One that runs already finds what is due by itself. What can't be started now is due at the next look as well. */
  private async startDeliveries(ref: WebhookRef): Promise<void> {
    const { temporal, logger } = this.settings;
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
}

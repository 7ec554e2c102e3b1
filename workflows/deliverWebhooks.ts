import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { WebhookActivities } from '../activities/index.js';
import { heartbeatTimeoutMs, webhookBatchTimeoutMs } from '../domain/limits.js';
import type { WebhookRef } from '../domain/webhooks.js';

const { deliverDueWebhooks } = proxyActivities<WebhookActivities>({
  startToCloseTimeout: webhookBatchTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * Sends what is due to one webhook endpoint, until nothing is. One an endpoint: a slow one holds nobody up but itself. When
 * something is due again, its next attempts included, stands in the database; whoever finds it starts a new run.
 */
export async function deliverWebhooks(endpoint: WebhookRef): Promise<{ delivered: number; failed: number }> {
  let delivered = 0;
  let failed = 0;
  for (;;) {
    const batch = await deliverDueWebhooks(endpoint);
    delivered += batch.delivered;
    failed += batch.failed;
    setCurrentDetails(`${delivered} delivered, ${failed} attempts failed`);
    if (!batch.isMore) return { delivered, failed };
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof deliverWebhooks>(endpoint);
  }
}

import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { canaryTimeoutMs } from '../domain/loadLimits.js';

const { sendCanary: send } = proxyActivities<Pick<MaintenanceActivities, 'sendCanary'>>({
  startToCloseTimeout: canaryTimeoutMs,
  // The next one comes soon.
  retry: { maximumAttempts: 1 },
});

/** Scheduled every 30 s where a canary is set up: a message that goes the way of a customer's. */
export async function sendCanary(): Promise<string> {
  const result = await send(`canary-${workflowInfo().startTime.toISOString()}`);
  setCurrentDetails(result);
  return result;
}

import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { maintenanceHeartbeatMs, pollTimeoutMs, statusPollEveryMs } from '../domain/limits.js';
import type { PollResult } from '../domain/maintenance.js';

const { pollUnheardMessages } = proxyActivities<Pick<MaintenanceActivities, 'pollUnheardMessages'>>({
  startToCloseTimeout: pollTimeoutMs,
  heartbeatTimeout: maintenanceHeartbeatMs,
  retry: { maximumAttempts: 3 },
});

/**
 * Scheduled every minute: asks the providers' lists about messages whose callbacks did not come. Each run goes on where the
 * last that succeeded has ended, so that none is left out after a pause.
 */
export async function pollStatuses(): Promise<PollResult> {
  const { startTime, lastResult } = workflowInfo();
  const untilMs = startTime.getTime();
  const sinceMs = (lastResult as PollResult | undefined)?.untilMs ?? untilMs - statusPollEveryMs;
  const { asked, finished } = await pollUnheardMessages({ sinceMs, untilMs });
  setCurrentDetails(`${asked} messages without a receipt, ${finished} of them finished by the provider's list`);
  return { untilMs, asked, finished };
}

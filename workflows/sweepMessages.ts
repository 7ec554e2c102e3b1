import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { maintenanceHeartbeatMs, sweepTimeoutMs } from '../domain/limits.js';
import type { SweepResult } from '../domain/maintenance.js';

const { sweepOpenMessages } = proxyActivities<Pick<MaintenanceActivities, 'sweepOpenMessages'>>({
  startToCloseTimeout: sweepTimeoutMs,
  heartbeatTimeout: maintenanceHeartbeatMs,
  // The next sweep is a minute away: one that fails is not worth a long fight.
  retry: { maximumAttempts: 3 },
});

const minuteMs = 60_000;

/**
 * Scheduled every minute: finds open messages whose outcome was not told to their workflow, and those that have no workflow
 * any more, and puts both right.
 */
export async function sweepMessages(): Promise<SweepResult> {
  const minute = Math.floor(workflowInfo().startTime.getTime() / minuteMs);
  const result = await sweepOpenMessages(minute);
  const { looked, told, started, overdue } = result;
  setCurrentDetails(`looked at ${looked} quiet messages: ${told} told how they ended, ${started} started anew, ${overdue} overdue`);
  return result;
}

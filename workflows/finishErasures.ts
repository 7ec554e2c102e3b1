import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { maintenanceHeartbeatMs, sweepTimeoutMs } from '../domain/limits.js';
import type { ErasuresResult } from '../domain/maintenance.js';

// Named apart, since the workflow has the name that people see.
const { finishErasures: finish } = proxyActivities<Pick<MaintenanceActivities, 'finishErasures'>>({
  startToCloseTimeout: sweepTimeoutMs,
  heartbeatTimeout: maintenanceHeartbeatMs,
  // Idempotent; the next run is a minute away.
  retry: { maximumAttempts: 3 },
});

/** Scheduled every minute: goes on with the erasures of contacts until nothing is left of them, histories of workflows included. */
export async function finishErasures(): Promise<ErasuresResult> {
  const result = await finish();
  setCurrentDetails(`${result.finished} erasures have ended; of ${result.left} something is left`);
  return result;
}

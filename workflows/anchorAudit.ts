import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { auditAnchorTimeoutMs } from '../domain/auditLimits.js';
import { maintenanceHeartbeatMs } from '../domain/limits.js';
import type { AnchorResult } from '../domain/maintenance.js';

const { anchorAudit: noteHeads } = proxyActivities<Pick<MaintenanceActivities, 'anchorAudit'>>({
  startToCloseTimeout: auditAnchorTimeoutMs,
  heartbeatTimeout: maintenanceHeartbeatMs,
  // Noted late is better than not at all: until the next is due.
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumAttempts: 6 },
});

/** Scheduled: notes where the chains of the audit end, outside the database, so that one that is cut or rewritten is found. */
export async function anchorAudit(): Promise<AnchorResult> {
  const result = await noteHeads();
  setCurrentDetails(
    result.key === null ? 'no chain has moved, or there is no place to note it' : `noted ${result.workspaces} workspaces in ${result.key}`,
  );
  return result;
}

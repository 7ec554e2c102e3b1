import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { archiveStepTimeoutMs } from '../domain/archiveLimits.js';
import { heartbeatTimeoutMs } from '../domain/limits.js';

const { removeOldContents } = proxyActivities<Pick<MaintenanceActivities, 'removeOldContents'>>({
  startToCloseTimeout: archiveStepTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  // It goes on where it was; the next run is an hour away.
  retry: { maximumAttempts: 3 },
});

/** Scheduled every hour: removes the texts that their workspaces keep no longer. Answers how many messages were looked at for that. */
export async function removeContents(): Promise<{ messages: number }> {
  const messages = await removeOldContents();
  setCurrentDetails(`${messages} messages have come to the age at which their texts go`);
  return { messages };
}

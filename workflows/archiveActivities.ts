import { proxyActivities } from '@temporalio/workflow';
import type { ArchiveActivities } from '../activities/index.js';
import { archiveStepTimeoutMs, archiveStepTriesMax } from '../domain/archiveLimits.js';
import { heartbeatTimeoutMs } from '../domain/limits.js';

/**
 * Every step can be run again: what it has done before it finds done. A run that dies is found by its missing heartbeat. A
 * store that is away is asked for some minutes; then the week is left as it is until the next look.
 */
export const steps = proxyActivities<ArchiveActivities>({
  startToCloseTimeout: archiveStepTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 3, maximumInterval: '2 minutes', maximumAttempts: archiveStepTriesMax },
});

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { partitionsTimeoutMs } from '../domain/limits.js';
import type { PartitionsResult } from '../domain/maintenance.js';

const { ensureWeeks } = proxyActivities<Pick<MaintenanceActivities, 'ensureWeeks'>>({
  startToCloseTimeout: partitionsTimeoutMs,
  // Idempotent, and needed: it is tried until it succeeds, also where another holds a lock for long. A scheduled run is left
  // out while one is under way.
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '5 minutes' },
});

/** Scheduled every hour: makes sure that the partitions of the next weeks are there long before a row needs them. */
export async function makePartitions(): Promise<PartitionsResult> {
  const result = await ensureWeeks();
  setCurrentDetails(`made the partitions of ${result.made} weeks; they reach to ${new Date(result.untilMs).toISOString()}`);
  return result;
}

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { errorRateTimeoutMs } from '../domain/metricLimits.js';

const { watchErrorRates: watch } = proxyActivities<Pick<MaintenanceActivities, 'watchErrorRates'>>({
  startToCloseTimeout: errorRateTimeoutMs,
  // The next look is a minute away.
  retry: { maximumAttempts: 3 },
});

/** Scheduled every minute: tells a workspace and the operators where its share of errors is too high, and when that is over. */
export async function watchErrorRates(): Promise<number> {
  const failing = await watch();
  setCurrentDetails(`the error rate of ${failing} workspaces is too high`);
  return failing;
}

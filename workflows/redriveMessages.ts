import { continueAsNew, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { maintenanceHeartbeatMs, redriveBatchTimeoutMs } from '../domain/limits.js';
import { nothingDone, type RedriveInput, type RedriveProgress } from '../domain/redrive.js';
import { cancelRedriveSignal, getRedriveProgressQuery } from './messages.js';

const { redriveBatch } = proxyActivities<Pick<MaintenanceActivities, 'redriveBatch'>>({
  startToCloseTimeout: redriveBatchTimeoutMs,
  heartbeatTimeout: maintenanceHeartbeatMs,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * Sends the failed messages that a filter matches once more, no faster than its rate. Each activity goes on where the last
 * has ended, so that it outlives any process; what is canceled ends after the messages that are just being looked at.
 */
export async function redriveMessages(input: RedriveInput): Promise<RedriveProgress> {
  const { matched, ratePerSecond } = input;
  let place = input.after ?? { counts: nothingDone, cursor: null };
  let state: RedriveProgress['state'] = 'running';
  let canceled = false;
  const progress = (): RedriveProgress => ({ state, matched, ratePerSecond, ...place.counts });
  setHandler(getRedriveProgressQuery, progress);
  setHandler(cancelRedriveSignal, () => {
    canceled = true;
  });

  for (;;) {
    show(progress());
    const { isLast, ...next } = await redriveBatch({ ...input, after: place });
    place = next;
    if (isLast || canceled) break;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof redriveMessages>({ ...input, after: place });
  }
  state = canceled ? 'canceled' : 'done';
  show(progress());
  return progress();
}

function show({ state, matched, ratePerSecond, looked, retried, adopted, unconfirmed, left }: RedriveProgress): void {
  setCurrentDetails(
    `${state}: looked at ${looked} of ${matched} at ${ratePerSecond}/s: ${retried} queued again, ${adopted} found at the provider, ` +
      `${unconfirmed} may have been sent and were left, ${left} left for another reason`,
  );
}

import { proxyActivities, setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import type { CancellationInput, CancellationProgress } from '../domain/cancellation.js';
import { cancelBatchTimeoutMs, storedWithinMs } from '../domain/limits.js';
import { getCancellationProgressQuery } from './messages.js';

const { cancelBatch } = proxyActivities<Pick<MaintenanceActivities, 'cancelBatch'>>({
  startToCloseTimeout: cancelBatchTimeoutMs,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/**
 * Takes back the messages that a filter matches and that have not left, a batch at a time; then once more those that were
 * accepted before and have been stored since.
 */
export async function cancelMessages(input: CancellationInput): Promise<CancellationProgress> {
  const { matched } = input;
  const progress: CancellationProgress = { state: 'running', matched, canceled: 0 };
  setHandler(getCancellationProgressQuery, () => progress);
  const show = () => setCurrentDetails(`${progress.state}: canceled ${progress.canceled} of ${matched}`);
  const cancelAll = async () => {
    for (let isLast = false; !isLast; show()) {
      const batch = await cancelBatch(input);
      progress.canceled += batch.canceled;
      ({ isLast } = batch);
    }
  };
  await cancelAll();
  await sleep(storedWithinMs, { summary: 'for messages that are just being stored' });
  await cancelAll();
  progress.state = 'done';
  show();
  return progress;
}

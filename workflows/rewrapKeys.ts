import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';

// Idempotent: what is wrapped under the current key is not looked at again.
const { rewrapBatch } = proxyActivities<Pick<MaintenanceActivities, 'rewrapBatch'>>({ startToCloseTimeout: '1 minute' });

/**
 * After a rotation of the master key: wraps the key of every workspace anew, some at a time. What is sealed under the keys of
 * workspaces and contacts stays as it is. Answers how many workspaces that were.
 */
export async function rewrapKeys(): Promise<{ workspaces: number }> {
  let workspaces = 0;
  for (let wrapped = await rewrapBatch(); wrapped > 0; wrapped = await rewrapBatch()) {
    workspaces += wrapped;
    setCurrentDetails(`the keys of ${workspaces} workspaces are wrapped under the current master key`);
  }
  return { workspaces };
}

import { rewrapBatchMax } from '../domain/privacyLimits.js';
import { handOverAnchorKeys } from '../storage/anchorKeys.js';
import { rewrapWorkspaceKeys } from '../storage/rewrapWorkspaceKeys.js';
import type { MaintenanceDependencies } from './dependencies.js';

/**
 * Wraps the keys of the next workspaces under the current master key; answers how many. Before that, hands over what anchors of
 * the audit were signed by, so that those can be verified once the master key of before is forgotten.
 */
export function rewrapBatch({ database, masterKeys, objects }: MaintenanceDependencies) {
  return async (): Promise<number> => {
    if (objects) await handOverAnchorKeys(objects, masterKeys, new Date());
    return rewrapWorkspaceKeys(database, masterKeys, rewrapBatchMax);
  };
}

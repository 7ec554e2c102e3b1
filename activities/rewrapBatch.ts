import { rewrapBatchMax } from '../domain/privacyLimits.js';
import { rewrapWorkspaceKeys } from '../storage/rewrapWorkspaceKeys.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** Wraps the keys of the next workspaces under the current master key; answers how many. */
export function rewrapBatch({ database, masterKeys }: MaintenanceDependencies) {
  return (): Promise<number> => rewrapWorkspaceKeys(database, masterKeys, rewrapBatchMax);
}

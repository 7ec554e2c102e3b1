import { ApplicationFailure, Context } from '@temporalio/activity';
import { invalidLimits, type LimitsChange } from '../domain/limitsChange.js';
import type { RateLimits } from '../domain/rateLimit.js';
import { callWaiting } from '../lives/callWaiting.js';
import { changeLimits, InvalidLimits, readLimits } from '../storage/limits.js';
import type { Dependencies } from './dependencies.js';

export interface StoreLimitsInput extends LimitsChange {
  workspaceId: string;
  /** Who changes them, for the audit. */
  actor?: string;
  reason?: string;
}

/** Stores a change of a workspace's limits with its entry in the audit, and has those called who waited under lower ones; answers the limits as they are then. */
export function storeLimits(dependencies: Pick<Dependencies, 'database' | 'temporal' | 'logger'>) {
  const { database } = dependencies;
  return async ({ workspaceId, actor = 'operator', ...change }: StoreLimitsInput): Promise<RateLimits> => {
    try {
      // A run before this one may have stored the change and died: what the limits were is then lost.
      const before = Context.current().info.attempt > 1 ? undefined : await readLimits(database, workspaceId);
      const limits = await changeLimits(database, workspaceId, change, actor);
      await callWaiting(dependencies, workspaceId, before, limits);
      return limits;
    } catch (error) {
      if (error instanceof InvalidLimits) throw ApplicationFailure.nonRetryable(error.message, invalidLimits);
      throw error;
    }
  };
}

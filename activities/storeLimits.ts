import { ApplicationFailure } from '@temporalio/activity';
import { invalidLimits, type LimitsChange } from '../domain/limitsChange.js';
import type { RateLimits } from '../domain/rateLimit.js';
import { changeLimits, InvalidLimits } from '../storage/limits.js';
import type { Dependencies } from './dependencies.js';

export interface StoreLimitsInput extends LimitsChange {
  workspaceId: string;
  /** Who changes them, for the audit. */
  actor?: string;
  reason?: string;
}

/** Stores a change of a workspace's limits with its entry in the audit; answers the limits as they are then. */
export function storeLimits({ database }: Pick<Dependencies, 'database'>) {
  return async ({ workspaceId, actor = 'operator', ...change }: StoreLimitsInput): Promise<RateLimits> => {
    try {
      return await changeLimits(database, workspaceId, change, actor);
    } catch (error) {
      if (error instanceof InvalidLimits) throw ApplicationFailure.nonRetryable(error.message, invalidLimits);
      throw error;
    }
  };
}

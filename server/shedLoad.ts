import { Problem } from '../domain/errors.js';
import { greedyLevelsMore, shedFrom } from '../domain/loadLevel.js';
import { bulkShedRetryAfterS, shedRetryAfterS } from '../domain/loadLimits.js';
import type { Priority } from '../domain/priority.js';
import type { Services } from './services.js';

const nothing = 'nothing was accepted: send the same request again later';

/**
 * Refuses a message before anything is done for it, where the system has more to do than it can: bulk first, high last, and who
 * sends more than its share before the others. Throws Problem `too_many_requests` for bulk, else `overloaded`.
 */
export function shedLoad(
  { load, acceptShares, telemetry }: Pick<Services, 'load' | 'acceptShares' | 'telemetry'>,
  workspaceId: string,
  priority: Priority,
): void {
  acceptShares.note(workspaceId, Date.now());
  const { level } = load;
  if (level + greedyLevelsMore < shedFrom[priority]) return;
  const isGreedy = level >= shedFrom.webhooks && acceptShares.isGreedy(workspaceId);
  if (level + (isGreedy ? greedyLevelsMore : 0) < shedFrom[priority]) return;
  telemetry.count('shed_total', { what: priority });
  const why = isGreedy ? 'the system is busy, and this workspace sends more than its share of what it can take' : 'the system is busy';
  if (priority === 'bulk') {
    throw new Problem('too_many_requests', `${why}: bulk messages are not accepted right now, and ${nothing}`, {
      retryAfterSeconds: bulkShedRetryAfterS,
    });
  }
  throw new Problem('overloaded', `${why}; ${nothing}`, { retryAfterSeconds: shedRetryAfterS });
}

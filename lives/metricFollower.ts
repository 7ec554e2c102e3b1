import { metricsLookEveryMs, metricsPrunedEveryMs } from '../domain/metricLimits.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import { beginRollups, pruneRollups, rollUpEvents } from '../storage/metricRollups.js';

/**
 * Follows the events of all workspaces and counts them into their minutes. Whoever stores messages knows nothing of it, and pays
 * nothing. Several may run; where none does, what it missed is counted afterwards.
 */
export function metricFollower({ database, logger }: { database: Database; logger: Logger }): Lookout {
  let prunedAtMs = 0;
  return new Lookout({
    look: async () => {
      await beginRollups(database);
      if (Date.now() - prunedAtMs >= metricsPrunedEveryMs) {
        prunedAtMs = Date.now();
        await pruneRollups(database);
      }
      return (await rollUpEvents(database)).isMore;
    },
    everyMs: metricsLookEveryMs,
    failed: (error) => logger.warn({ event: 'metrics.look_failed', error: String(error) }),
  });
}

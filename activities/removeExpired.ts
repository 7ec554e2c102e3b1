import { removalBatchMax } from '../domain/archiveLimits.js';
import { removeOldest, retentions } from '../storage/retention.js';
import type { ArchiveDependencies } from './archiveStep.js';
import { whileBeating } from './whileBeating.js';

/** Removes messages from the hot tables whose workspace keeps them for fewer days than they are old. Answers how many. */
export function removeExpired({ database, telemetry, logger }: ArchiveDependencies) {
  return (): Promise<number> =>
    whileBeating(async () => {
      let removed = 0;
      for (const { workspaceId, messageDays, legalHold } of await retentions(database)) {
        if (messageDays === null || legalHold) continue;
        for (let batch = removalBatchMax; batch === removalBatchMax; ) {
          batch = await removeOldest(database, { workspaceId, messageDays }, removalBatchMax);
          removed += batch;
        }
      }
      telemetry.count('messages_removed_total', {}, removed);
      if (removed > 0) logger.info({ event: 'retention.removed', messages: removed });
      return removed;
    });
}

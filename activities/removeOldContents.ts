import { removalBatchMax } from '../domain/archiveLimits.js';
import type { Database } from '../platform/database.js';
import { type ContentRetention, removeContentsOfWeek, removeKeptContents, removeNextContents } from '../storage/contentRemoval.js';
import { retentions } from '../storage/retention.js';
import type { ArchiveDependencies } from './archiveStep.js';
import { whileBeating } from './whileBeating.js';

type ContentDependencies = Pick<ArchiveDependencies, 'database' | 'logger'>;

/** Removes texts that their workspaces keep no longer, some at a time. Answers how many messages were looked at for that. */
export function removeOldContents(dependencies: ContentDependencies) {
  return (): Promise<number> =>
    whileBeating(() =>
      ofAll(dependencies, async (database, retention) => {
        let looked = 0;
        for (const removeSome of [removeNextContents, removeKeptContents]) {
          for (let batch = removalBatchMax; batch === removalBatchMax; ) {
            batch = await removeSome(database, retention, removalBatchMax);
            looked += batch;
          }
        }
        return looked;
      }),
    );
}

/** The same of a week all of whose messages have ended, since the archive would keep their texts. Within an activity, which beats. */
export function removeOldContentsOfWeek(dependencies: ContentDependencies, week: { startMs: number; endMs: number }): Promise<number> {
  return ofAll(dependencies, (database, retention) => removeContentsOfWeek(database, retention, week, removalBatchMax));
}

/** Removes from all workspaces that keep texts for some days and are under no legal hold. */
async function ofAll(
  { database, logger }: ContentDependencies,
  remove: (database: Database, retention: ContentRetention) => Promise<number>,
): Promise<number> {
  let looked = 0;
  for (const { workspaceId, contentDays, legalHold } of await retentions(database))
    if (contentDays !== null && !legalHold) looked += await remove(database, { workspaceId, contentDays });
  if (looked > 0) logger.info({ event: 'retention.texts_removed', messages: looked });
  return looked;
}

import { archivedTableNames, objectKey } from '../domain/archive.js';
import { archiveStatementTimeoutMs } from '../domain/archiveLimits.js';
import { retryWhileLocked } from '../platform/whileLocked.js';
import { dropTable, findWeek, forgetKeys, forgetOlderFiles } from '../storage/archive/archiveWeeks.js';
import { type ArchiveDependencies, archiveStep, storeOf } from './archiveStep.js';
import type { WeekPlan } from './planArchive.js';

/**
 * Removes what the archive stands in for: the partitions of an archived week, and the objects of earlier writings. Looks at
 * the record each time: what is not proved stored can not be dropped.
 */
export function dropWeek(dependencies: ArchiveDependencies) {
  const { database, logger } = dependencies;
  return archiveStep(dependencies, async ({ week, remove }: WeekPlan): Promise<void> => {
    const objects = storeOf(dependencies);
    const known = await findWeek(database, week);
    if (known?.state !== 'archived') return;
    for (const table of archivedTableNames) {
      await retryWhileLocked(
        () => dropTable(database, table, known.startMs),
        (tries) => logger.warn({ event: 'archive.locked', week, table, tries }),
      );
    }
    if (remove.length > 0) await forgetKeys(database, known, remove, archiveStatementTimeoutMs);
    const valid = objectKey(week, known.generation, '');
    for await (const { key } of objects.list(`weeks/${week}/`)) if (!key.startsWith(valid)) await objects.delete(key);
    await forgetOlderFiles(database, week);
  });
}

import { archivedTableNames, weekOf } from '../domain/archive.js';
import { retryWhileLocked } from '../platform/whileLocked.js';
import { cancelDetach, detachTable } from '../storage/archive/archiveWeeks.js';
import { type ArchiveDependencies, archiveStep } from './archiveStep.js';

/** The code by which detach_week says that a message was taken up again since the week was looked at. */
const openAgain = 'PA002';

/** Moves a week's partitions to the cold tables, one after the other: each holds up sends for some milliseconds at most. Answers whether they are there. */
export function detachWeek(dependencies: ArchiveDependencies) {
  const { database, logger } = dependencies;
  return archiveStep(dependencies, async ({ week }: { week: string }): Promise<boolean> => {
    const startMs = weekOf(week)?.startMs ?? Number.NaN;
    try {
      // Messages first: where one of them is open again, nothing was moved.
      for (const table of archivedTableNames) {
        await retryWhileLocked(
          () => detachTable(database, table, startMs),
          (tries) => logger.warn({ event: 'archive.locked', week, table, tries }),
        );
      }
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code !== openAgain) throw error;
      await cancelDetach(database, week, { 'open again': 1 });
      return false;
    }
  });
}

import { archivedTableNames, type HeldBy, weekOf } from '../domain/archive.js';
import { archiveStatementTimeoutMs, restoredKeptMs } from '../domain/archiveLimits.js';
import { retryWhileLocked } from '../platform/whileLocked.js';
import { beginDetach, boundWeek, findWeek, holdWeek, moveWeek, notEnded } from '../storage/archive/archiveWeeks.js';
import { abandonOld } from './abandonOld.js';
import { type ArchiveDependencies, archiveStep } from './archiveStep.js';
import type { WeekPlan } from './planArchive.js';
import { removeOldContentsOfWeek } from './removeOldContents.js';

/** What is to be done with a week next. */
export type NextStep = 'wait' | 'detach' | 'rewrite' | 'drop' | 'nothing';

/**
 * Looks whether a week may leave. A message that has not ended holds all of it, which its workspace's operators are told;
 * else the week's partitions are made ready to be moved, and from then on readers look for it in both places.
 */
export function checkWeek(dependencies: ArchiveDependencies) {
  const { database, store, logger } = dependencies;
  return archiveStep(dependencies, async ({ week, remove }: WeekPlan): Promise<NextStep> => {
    const known = await findWeek(database, week);
    if (known && known.state !== 'held') {
      if (known.state === 'detaching') return 'detach';
      // Long enough in tables again.
      if (known.state === 'restored' && known.updatedMs + restoredKeptMs < Date.now())
        await moveWeek(database, week, 'restored', 'archived');
      else if (known.state !== 'archived') return 'nothing';
      return remove.length > 0 ? 'rewrite' : 'drop';
    }
    const span = weekOf(week);
    if (!span) throw new TypeError(`${week} is no week`);
    await abandonOld(dependencies, span);
    const open = await notEnded(database, span);
    if (open.length > 0) {
      const held: HeldBy = {};
      for (const { status, count } of open) held[status] = (held[status] ?? 0) + count;
      await holdWeek(database, week, span.startMs, span.endMs, held);
      for (const { workspaceId, status, count } of open) {
        const summary = `The week ${week} can not be archived: ${count} of its messages are still ${status}.`;
        await store.notify({ workspaceId, kind: 'archive.held', subject: `${week} ${status}`, summary, details: { week, status, count } });
      }
      logger.warn({ event: 'archive.held', week, held });
      return 'wait';
    }
    // All have ended: texts that are not kept go now, since the archive would keep them.
    await removeOldContentsOfWeek(dependencies, span);
    for (const table of archivedTableNames) await boundWeek(database, table, span.startMs, archiveStatementTimeoutMs, retryWhileLocked);
    await beginDetach(database, week, span.startMs, span.endMs);
    return 'detach';
  });
}

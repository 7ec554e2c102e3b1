import { removalDueMs, weekName, weekOf } from '../domain/archive.js';
import { restoredKeptMs } from '../domain/archiveLimits.js';
import { Archive } from '../storage/archive/archive.js';
import { allWeeks, hotWeeks, weeksToDrop } from '../storage/archive/archiveWeeks.js';
import { databaseNowMs } from '../storage/databaseClock.js';
import { retentions } from '../storage/retention.js';
import { abandonOld } from './abandonOld.js';
import type { ArchiveDependencies } from './archiveStep.js';
import { whileBeating } from './whileBeating.js';

/** A week that is to be worked on, and the workspaces whose messages are to be taken out of it. */
export interface WeekPlan {
  week: string;
  remove: string[];
}

/** Says which weeks are due, the oldest first. What is parked for too long fails before that, so that it holds none for ever. */
export function planArchive(dependencies: ArchiveDependencies) {
  const { database, objects, logger, archiveAfterMs } = dependencies;

  /** Workspaces whose time is over, by archived week. */
  async function removals(nowMs: number): Promise<WeekPlan[]> {
    const limited = (await retentions(database)).filter(({ messageDays, legalHold }) => messageDays !== null && !legalHold);
    if (limited.length === 0) return [];
    const archive = new Archive(objects);
    const plans: WeekPlan[] = [];
    for (const week of await allWeeks(database)) {
      if (week.state !== 'archived') continue;
      const due = limited.filter(({ messageDays }) => removalDueMs(week.endMs, messageDays as number) <= nowMs);
      if (due.length === 0) continue;
      const { files } = await archive.manifestOf(week);
      const remove = due.map(({ workspaceId }) => workspaceId).filter((id) => files.some(({ workspaces }) => workspaces[id]));
      if (remove.length > 0) plans.push({ week: week.week, remove: remove.sort() });
    }
    return plans;
  }

  /** Whether a week is old enough: what goes into the archive with its text keeps it there, so it waits until no text of it is kept. */
  async function isDue(nowMs: number): Promise<(endMs: number) => boolean> {
    const keptDays = (await retentions(database)).map(({ contentDays, legalHold }) => (legalHold ? 0 : (contentDays ?? 0)));
    const daysMax = Math.max(0, ...keptDays);
    return (endMs) => endMs + archiveAfterMs <= nowMs && removalDueMs(endMs, daysMax) <= nowMs;
  }

  return (): Promise<WeekPlan[]> =>
    whileBeating(async () => {
      await abandonOld(dependencies);
      if (!objects) {
        logger.warn({ event: 'archive.no_place', action: 'set S3_BUCKET or ARCHIVE_DIRECTORY' });
        return [];
      }
      const known = new Map((await allWeeks(database)).map((week) => [week.week, week]));
      const nowMs = await databaseNowMs(database);
      const isOld = await isDue(nowMs);
      const old = (await hotWeeks(database))
        .map(weekName)
        .filter((week) => isOld(weekOf(week)?.endMs ?? Number.POSITIVE_INFINITY))
        .filter((week) => ['held', undefined].includes(known.get(week)?.state));
      const begun = [...known.values()]
        .filter(({ state, updatedMs }) => state === 'detaching' || (state === 'restored' && updatedMs + restoredKeptMs < nowMs))
        .map(({ week }) => week);
      const plans = new Map([...begun, ...old, ...(await weeksToDrop(database))].map((week) => [week, { week, remove: [] as string[] }]));
      for (const plan of await removals(nowMs)) plans.set(plan.week, plan);
      return [...plans.values()].sort((a, b) => (a.week < b.week ? -1 : 1));
    });
}

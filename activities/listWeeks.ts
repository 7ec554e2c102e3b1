import type { WeekSummary } from '../domain/archive.js';
import { allWeeks } from '../storage/archive/archiveWeeks.js';
import type { ArchiveDependencies } from './archiveStep.js';

/** All weeks that the archive knows of, the newest first. */
export function listWeeks({ database }: Pick<ArchiveDependencies, 'database'>) {
  return async (): Promise<WeekSummary[]> =>
    (await allWeeks(database)).map(({ week, state, generation, rows, bytes, held, trouble }) => ({
      week,
      state,
      generation,
      rows,
      bytes,
      held,
      trouble,
    }));
}

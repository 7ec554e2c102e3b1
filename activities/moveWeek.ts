import type { WeekState } from '../domain/archive.js';
import { findWeek, moveWeek as move } from '../storage/archive/archiveWeeks.js';
import { type ArchiveDependencies, archiveStep } from './archiveStep.js';

export interface WeekMove {
  week: string;
  from: WeekState;
  to: WeekState;
}

/** Moves a week from one state to another; answers whether it has the second one now. */
export function moveWeek(dependencies: ArchiveDependencies) {
  const { database } = dependencies;
  return archiveStep(dependencies, async ({ week, from, to }: WeekMove): Promise<boolean> => {
    return (await move(database, week, from, to)) || (await findWeek(database, week))?.state === to;
  });
}

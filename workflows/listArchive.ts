import type { WeekSummary } from '../domain/archive.js';
import { steps } from './archiveActivities.js';

/** What `npm run archive -- list` shows. */
export async function listArchive(): Promise<WeekSummary[]> {
  return steps.listWeeks();
}

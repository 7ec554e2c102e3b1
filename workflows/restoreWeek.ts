import { ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import { archivedTableNames } from '../domain/archive.js';
import { steps } from './archiveActivities.js';

/** Loads an archived week into partitions again, where it can be read by SQL. The archive keeps it as well. Answers its rows by table. */
export async function restoreWeek(week: string): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  if (await steps.moveWeek({ week, from: 'restored', to: 'restored' })) return rows;
  if (!(await steps.moveWeek({ week, from: 'archived', to: 'restoring' })))
    throw ApplicationFailure.nonRetryable(`${week} is not in the archive: see npm run archive -- list`);
  for (const table of archivedTableNames) {
    setCurrentDetails(`${week}: loading ${table}`);
    rows[table] = await steps.restoreTable({ week, table });
  }
  await steps.moveWeek({ week, from: 'restoring', to: 'restored' });
  return rows;
}

/** Drops the partitions of a restored week again. */
export async function releaseWeek(week: string): Promise<void> {
  if (!(await steps.moveWeek({ week, from: 'restored', to: 'archived' })))
    throw ApplicationFailure.nonRetryable(`${week} is not restored: see npm run archive -- list`);
  await steps.dropWeek({ week, remove: [] });
}

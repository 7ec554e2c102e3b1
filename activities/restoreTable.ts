import { retryWhileLocked } from '../platform/whileLocked.js';
import { Archive } from '../storage/archive/archive.js';
import { ArchiveDamaged } from '../storage/archive/archiveDamaged.js';
import { readFile } from '../storage/archive/archiveFiles.js';
import { findWeek } from '../storage/archive/archiveWeeks.js';
import { attachRestored, isAttached, loadRows, remakeTable } from '../storage/archive/restoredRows.js';
import { type ArchiveDependencies, archiveStep, storeOf } from './archiveStep.js';
import type { TableStep } from './storeTable.js';

/** Loads one table of an archived week into partitions again. What a run before has left unfinished is begun anew. */
export function restoreTable(dependencies: ArchiveDependencies) {
  const { database } = dependencies;
  return archiveStep(dependencies, async ({ week, table }: Omit<TableStep, 'remove'>): Promise<number> => {
    const objects = storeOf(dependencies);
    const known = await findWeek(database, week);
    if (known?.state !== 'restoring') throw new ArchiveDamaged(week, 'is not being restored');
    const file = (await new Archive(objects).manifestOf(known)).files.find((one) => one.table === table);
    if (!file) throw new ArchiveDamaged(known.manifestKey ?? week, `has no file of ${table}`);
    if (await isAttached(database, table, known.startMs)) return file.rows;
    await retryWhileLocked(
      () => remakeTable(database, table, known.startMs),
      () => undefined,
    );
    let loaded = 0;
    for await (const rows of readFile(objects, file)) loaded += await loadRows(database, table, known.startMs, file.columns, rows);
    if (loaded !== file.rows) throw new ArchiveDamaged(file.key, `gave ${loaded} rows of ${file.rows}`);
    await retryWhileLocked(
      () => attachRestored(database, table, known.startMs),
      () => undefined,
    );
    return loaded;
  });
}

import { type ArchivedTable, objectKey } from '../domain/archive.js';
import { writeFile } from '../storage/archive/archiveFiles.js';
import { noteFile, writtenFiles } from '../storage/archive/archiveWeeks.js';
import { sourceOf } from '../storage/archive/weekSource.js';
import { type ArchiveDependencies, archiveStep, storeOf } from './archiveStep.js';

/** One table of a week, and the workspaces that are left out. */
export interface TableStep {
  week: string;
  table: ArchivedTable;
  remove: string[];
}

/** Writes one table of a week into the store, from where its rows are; once, however often it is run. */
export function storeTable(dependencies: ArchiveDependencies) {
  const { database } = dependencies;
  return archiveStep(dependencies, async ({ week, table, remove }: TableStep): Promise<{ rows: number; bytes: number }> => {
    const objects = storeOf(dependencies);
    const source = await sourceOf(database, objects, { week, table, remove });
    const written = (await writtenFiles(database, week, source.generation)).get(table)?.file;
    if (written) return written;
    const key = objectKey(week, source.generation, `${table}.parquet`);
    const file = await writeFile(objects, { table, key, columns: source.columns }, source.rows());
    await noteFile(database, week, source.generation, file);
    return { rows: file.rows, bytes: file.bytes };
  });
}

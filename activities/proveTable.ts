import { ArchiveDamaged } from '../storage/archive/archiveDamaged.js';
import { proveFile } from '../storage/archive/archiveFiles.js';
import { forgetUnproved, noteProved, writtenFiles } from '../storage/archive/archiveWeeks.js';
import { sourceOf } from '../storage/archive/weekSource.js';
import { type ArchiveDependencies, archiveStep, storeOf } from './archiveStep.js';
import type { TableStep } from './storeTable.js';

/** Reads one table of a week back from the store and compares it with its source, row by row and byte by byte. */
export function proveTable(dependencies: ArchiveDependencies) {
  const { database } = dependencies;
  return archiveStep(dependencies, async ({ week, table, remove }: TableStep): Promise<void> => {
    const objects = storeOf(dependencies);
    const source = await sourceOf(database, objects, { week, table, remove });
    const written = (await writtenFiles(database, week, source.generation)).get(table);
    if (!written) throw new ArchiveDamaged(`${week} ${table}`, 'was not written');
    if (written.proved) return;
    try {
      await proveFile(objects, written.file, source.rows());
    } catch (error) {
      // What is not what it should be is written anew by the next run.
      if (isWrong(error)) await forgetUnproved(database, week, source.generation);
      throw error;
    }
    await noteProved(database, week, source.generation, written.file);
  });
}

const isWrong = (error: unknown) => error instanceof ArchiveDamaged || (error as { failure?: unknown }).failure === 'missing';

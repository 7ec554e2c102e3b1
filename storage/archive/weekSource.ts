import type { ArchivedTable, Column, TextRow } from '../../domain/archive.js';
import { archiveGroupRows } from '../../domain/archiveLimits.js';
import type { Database } from '../../platform/database.js';
import type { ObjectStore } from '../../platform/objectStore/objectStore.js';
import { Archive } from './archive.js';
import { ArchiveDamaged } from './archiveDamaged.js';
import { readFile } from './archiveFiles.js';
import { findWeek } from './archiveWeeks.js';
import { coldColumns, coldRows } from './coldRows.js';

/** Where the rows of a week's next writing come from. */
export interface WeekSource {
  /** The number of that writing. */
  generation: number;
  columns: Column[];
  /** The rows, from the beginning, in the order of the archive. May be asked for again: they are the same each time. */
  rows(): AsyncIterable<TextRow[]>;
}

/**
 * The rows of one table of a week: those of the partition that was detached, in which nothing changes any more, or those of
 * the writing before without the workspaces that are to be removed.
 */
export async function sourceOf(
  database: Database,
  objects: ObjectStore,
  { week, table, remove }: { week: string; table: ArchivedTable; remove: string[] },
): Promise<WeekSource> {
  const known = await findWeek(database, week);
  if (!known) throw new ArchiveDamaged(week, 'is no week that the archive knows');
  if (known.state === 'detaching') {
    const columns = await coldColumns(database, table);
    return { generation: known.generation + 1, columns, rows: () => coldRows(database, table, known, columns) };
  }
  const before = (await new Archive(objects).manifestOf(known)).files.find((file) => file.table === table);
  if (!before) throw new ArchiveDamaged(known.manifestKey ?? week, `has no file of ${table}`);
  const workspace = before.columns.findIndex(({ name }) => name === 'workspace_id');
  const removed = new Set(remove);
  return {
    generation: known.generation + 1,
    columns: before.columns,
    rows: () => regrouped(readFile(objects, before), (row) => !removed.has(row[workspace] as string)),
  };
}

/** The rows that are kept, in groups of full size again. */
async function* regrouped(groups: AsyncIterable<TextRow[]>, keeps: (row: TextRow) => boolean): AsyncIterable<TextRow[]> {
  let waiting: TextRow[] = [];
  for await (const rows of groups) {
    waiting = waiting.concat(rows.filter(keeps));
    for (; waiting.length >= archiveGroupRows; waiting = waiting.slice(archiveGroupRows)) yield waiting.slice(0, archiveGroupRows);
  }
  if (waiting.length > 0) yield waiting;
}

import type { ArchivedTable, Column, TextRow } from '../../domain/archive.js';
import { archiveStatementTimeoutMs } from '../../domain/archiveLimits.js';
import type { Database } from '../../platform/database.js';
import { rowJson } from '../../platform/parquet/columns.js';

const rowsAtOnce = 2_000;

/** Whether a week's restored partition of a table is whole and can be read. */
export async function isAttached(database: Database, table: ArchivedTable, startMs: number): Promise<boolean> {
  const [row] = await database.asMaintenance<{ place: string }>('select week_place($1, $2) as place', [table, new Date(startMs)]);
  return row?.place === 'cold';
}

/** An empty partition for a week's rows, apart from the others until it is full; one that a run before has begun is dropped. */
export async function remakeTable(database: Database, table: ArchivedTable, startMs: number): Promise<void> {
  const values = [table, new Date(startMs)];
  await database.asMaintenance('select drop_week($1, $2)', values);
  await database.asMaintenance('select remake_week($1, $2)', values);
}

/** Puts archived rows into it. Answers how many. */
export async function loadRows(
  database: Database,
  table: ArchivedTable,
  startMs: number,
  columns: readonly Column[],
  rows: readonly TextRow[],
): Promise<number> {
  const names = columns.map(({ name }) => name);
  let loaded = 0;
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const json = `[${rows
      .slice(start, start + rowsAtOnce)
      .map((row) => rowJson(columns, row))
      .join(',')}]`;
    const [row] = await database.asMaintenanceForLong<{ loaded: number }>(
      archiveStatementTimeoutMs,
      'select load_week($1, $2, $3, $4) as loaded',
      [table, new Date(startMs), names, json],
    );
    loaded += row?.loaded ?? 0;
  }
  return loaded;
}

/** Makes it one of the cold tables'. */
export async function attachRestored(database: Database, table: ArchivedTable, startMs: number): Promise<void> {
  await database.asMaintenance('select attach_restored($1, $2)', [table, new Date(startMs)]);
}

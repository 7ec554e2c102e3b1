import { type ArchivedTable, archivedTables, type Column, type TextRow } from '../../domain/archive.js';
import { archiveGroupRows, archiveStatementTimeoutMs } from '../../domain/archiveLimits.js';
import type { Database } from '../../platform/database.js';
import { columnKindOf, textExpression } from '../../platform/parquet/columns.js';

/** The columns of a cold table as they are by now, whatever later versions have added. */
export async function coldColumns(database: Database, table: ArchivedTable): Promise<Column[]> {
  const rows = await database.asMaintenance<{ name: string; type: string }>(
    `select a.attname as name, t.typname as type from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [`${table}_cold`],
  );
  return rows.map(({ name, type }) => ({ name, kind: columnKindOf(type) }));
}

/** The rows of a week that was detached, in the order of the archive, a group at a time: never more are in memory. */
export function coldRows(
  database: Database,
  table: ArchivedTable,
  week: { startMs: number; endMs: number },
  columns: readonly Column[],
): AsyncIterable<TextRow[]> {
  const { time, within, order } = archivedTables[table];
  const text = `select ${columns.map(textExpression).join(', ')} from ${table}_cold
    where ${time} >= $1 and ${time} < $2 order by ${['workspace_id', within, ...order].join(', ')}`;
  const values = [new Date(week.startMs), new Date(week.endMs)];
  return database.streamAsMaintenance(text, values, { rowsAtOnce: archiveGroupRows, statementTimeoutMs: archiveStatementTimeoutMs });
}

import { type ArchivedFile, type ArchivedTable, archivedTableNames, type HeldBy, type WeekState } from '../../domain/archive.js';
import { archiveStatementTimeoutMs, weeksShownMax } from '../../domain/archiveLimits.js';
import { isTerminal, messageStatuses } from '../../domain/messageStatus.js';
import type { Database, Statement } from '../../platform/database.js';

/** A week that is on its way into the archive, or there. Times are epoch milliseconds. */
export interface ArchiveWeek {
  week: string;
  startMs: number;
  endMs: number;
  state: WeekState;
  /** The valid writing of its objects; 0 where there is none. */
  generation: number;
  manifestKey: string | null;
  manifestSha256: string | null;
  rows: number;
  bytes: number;
  held: HeldBy | null;
  trouble: string | null;
  updatedMs: number;
}

/** States in which nothing is waited for any more. `unknown` yields to evidence, but none comes after so long. */
const endedStatuses = messageStatuses.filter((status) => isTerminal(status) || status === 'unknown');

const ms = (column: string, as: string) => `(extract(epoch from ${column}) * 1000)::float8 as "${as}"`;
const columns = `week, ${ms('starts_at', 'startMs')}, ${ms('ends_at', 'endMs')}, state, generation, manifest_key as "manifestKey",
  manifest_sha256 as "manifestSha256", rows::float8 as rows, bytes::float8 as bytes, held, trouble, ${ms('updated_at', 'updatedMs')}`;
type WeekRow = ArchiveWeek & Record<string, unknown>;

const coldWeeksStatement: Statement = {
  name: 'cold_weeks',
  // A conversation begins with its contact, give or take what a message waited in the backup queue.
  text: `select ${columns} from archive_week where state <> 'held' and ends_at > $1 and starts_at <= $2
      and ($3::uuid is null or ends_at > (select created_at - interval '8 days' from contact where workspace_id = $4 and id = $3))
    order by starts_at desc`,
};

/** Weeks that have left the hot tables and overlap a span of time, the newest first; of a conversation only those in which it was there. */
export async function coldWeeks(
  database: Database,
  workspaceId: string,
  { from, to, conversationId }: { from: Date; to: Date; conversationId?: string },
): Promise<ArchiveWeek[]> {
  return database.forWorkspace<WeekRow>(workspaceId, coldWeeksStatement, [from, to, conversationId ?? null, workspaceId]);
}

const weeksStatement: Statement = { name: 'archive_weeks', text: `select ${columns} from archive_week order by starts_at desc limit $1` };

/** The newest weeks that the archive knows of, for whoever looks from a workspace. */
export async function weeksOfArchive(database: Database, workspaceId: string): Promise<ArchiveWeek[]> {
  return database.forWorkspace<WeekRow>(workspaceId, weeksStatement, [weeksShownMax]);
}

/** All weeks that the archive knows of, the newest first. */
export async function allWeeks(database: Database): Promise<ArchiveWeek[]> {
  return database.asMaintenance<WeekRow>(`select ${columns} from archive_week order by starts_at desc`);
}

export async function findWeek(database: Database, week: string): Promise<ArchiveWeek | undefined> {
  const [row] = await database.asMaintenance<WeekRow>(`select ${columns} from archive_week where week = $1`, [week]);
  return row;
}

/** First days of the weeks that have partitions in the hot tables, epoch milliseconds, the oldest first. */
export async function hotWeeks(database: Database): Promise<number[]> {
  const rows = await database.asMaintenance<{ startMs: number }>(
    `select ${ms('first_day', 'startMs')} from hot_weeks() order by first_day`,
  );
  return rows.map(({ startMs }) => startMs);
}

/** Notes that a week has to wait, and why. */
export async function holdWeek(database: Database, week: string, startMs: number, endMs: number, held: HeldBy): Promise<void> {
  await database.asMaintenance(
    `insert into archive_week (week, starts_at, ends_at, state, held) values ($1, $2, $3, 'held', $4)
     on conflict (week) do update set held = excluded.held, updated_at = now() where archive_week.state = 'held'`,
    [week, new Date(startMs), new Date(endMs), held],
  );
}

/** Begins: from here on the week's rows may be in the cold tables, and readers look there too. */
export async function beginDetach(database: Database, week: string, startMs: number, endMs: number): Promise<void> {
  await database.asMaintenance(
    `insert into archive_week (week, starts_at, ends_at, state) values ($1, $2, $3, 'detaching')
     on conflict (week) do update set state = 'detaching', held = null, updated_at = now() where archive_week.state = 'held'`,
    [week, new Date(startMs), new Date(endMs)],
  );
}

/** Takes a week back that was about to be detached, where nothing of it was. */
export async function cancelDetach(database: Database, week: string, held: HeldBy): Promise<void> {
  await database.asMaintenance(
    `update archive_week set state = 'held', held = $2, updated_at = now()
     where week = $1 and state = 'detaching' and week_place('message', starts_at) = 'hot'`,
    [week, held],
  );
}

export async function noteTrouble(database: Database, week: string, trouble: string | null): Promise<void> {
  await database.asMaintenance('update archive_week set trouble = $2 where week = $1 and trouble is distinct from $2', [week, trouble]);
}

/** A file that was written for a week's next generation. */
export interface WrittenFile {
  file: ArchivedFile;
  proved: boolean;
}

/** What was written of a generation so far. */
export async function writtenFiles(database: Database, week: string, generation: number): Promise<Map<ArchivedTable, WrittenFile>> {
  const rows = await database.asMaintenance<{ file: ArchivedFile; proved: boolean }>(
    'select about as file, proved_at is not null as proved from archive_file where week = $1 and generation = $2',
    [week, generation],
  );
  return new Map(rows.map((row) => [row.file.table, row]));
}

export async function noteFile(database: Database, week: string, generation: number, file: ArchivedFile): Promise<void> {
  await database.asMaintenance(
    `insert into archive_file (week, generation, table_name, about) values ($1, $2, $3, $4)
     on conflict (week, generation, table_name) do update set about = excluded.about, proved_at = null`,
    [week, generation, file.table, file],
  );
}

/** Notes that a file was read back and is what it should be; where it was written anew meanwhile, that one is not proved. */
export async function noteProved(database: Database, week: string, generation: number, file: ArchivedFile): Promise<void> {
  await database.asMaintenance(
    `update archive_file set proved_at = now() where week = $1 and generation = $2 and table_name = $3 and about ->> 'sha256' = $4`,
    [week, generation, file.table, file.sha256],
  );
}

/** The next generation becomes the valid one, where all its files are proved. Answers whether it is now. */
export async function publishWeek(
  database: Database,
  week: string,
  generation: number,
  manifest: { key: string; sha256: string; rows: number; bytes: number; files: number },
): Promise<boolean> {
  const rows = await database.asMaintenance(
    `update archive_week w set state = 'archived', generation = $2, manifest_key = $3, manifest_sha256 = $4, rows = $5, bytes = $6,
       trouble = null, updated_at = now()
     where w.week = $1 and w.generation in ($2 - 1, $2) and w.state in ('detaching', 'archived')
       and $7 = (select count(*) from archive_file f where f.week = $1 and f.generation = $2 and f.proved_at is not null)
     returning w.week`,
    [week, generation, manifest.key, manifest.sha256, manifest.rows, manifest.bytes, manifest.files],
  );
  return rows.length > 0;
}

/** Moves a week from one state to another; answers whether it was in the first. */
export async function moveWeek(database: Database, week: string, from: WeekState, to: WeekState): Promise<boolean> {
  const rows = await database.asMaintenance(
    'update archive_week set state = $3, updated_at = now() where week = $1 and state = $2 returning week',
    [week, from, to],
  );
  return rows.length > 0;
}

/** Forgets writings that are not valid any more. */
export async function forgetOlderFiles(database: Database, week: string): Promise<void> {
  await database.asMaintenance(
    'delete from archive_file f using archive_week w where f.week = $1 and w.week = f.week and f.generation < w.generation',
    [week],
  );
}

/** Files that are not proved are as if they had not been written: where one turned out wrong, the store may have lied of all. */
export async function forgetUnproved(database: Database, week: string, generation: number): Promise<void> {
  await database.asMaintenance('delete from archive_file where week = $1 and generation = $2 and proved_at is null', [week, generation]);
}

/** All of a generation is to be written anew. */
export async function forgetFiles(database: Database, week: string, generation: number): Promise<void> {
  await database.asMaintenance('delete from archive_file where week = $1 and generation = $2', [week, generation]);
}

/** Archived weeks whose partitions are still there. */
export async function weeksToDrop(database: Database): Promise<string[]> {
  const rows = await database.asMaintenance<{ week: string }>(
    `select week from archive_week where state = 'archived'
       and exists (select from unnest($1::text[]) as parent where week_place(parent, starts_at) in ('cold', 'apart'))`,
    [archivedTableNames],
  );
  return rows.map(({ week }) => week);
}

/** Messages of a week that have not ended, counted by workspace and state; `unrecorded` where only the record of the end is missing. */
export async function notEnded(
  database: Database,
  { startMs, endMs }: { startMs: number; endMs: number },
): Promise<{ workspaceId: string; status: string; count: number }[]> {
  return database.asMaintenanceForLong(
    archiveStatementTimeoutMs,
    `select workspace_id as "workspaceId", case when status = any ($3) then 'unrecorded' else status end as status, count(*)::integer as count
     from message where created_at >= $1 and created_at < $2 and (recorded_at is null or status <> all ($3)) group by 1, 2 order by 1, 2`,
    [new Date(startMs), new Date(endMs), [...endedStatuses]],
  );
}

type WhileLocked = (work: () => Promise<unknown>, onLocked: () => void) => Promise<unknown>;

/** Says of a week's partition what its bounds are, and proves it, so that the cold table takes it without reading it. */
export async function boundWeek(
  database: Database,
  table: ArchivedTable,
  startMs: number,
  statementTimeoutMs: number,
  whileLocked: WhileLocked,
): Promise<void> {
  const values = [table, new Date(startMs)];
  await whileLocked(
    () => database.asMaintenance('select bound_week($1, $2)', values),
    () => undefined,
  );
  await whileLocked(
    () => database.asMaintenanceForLong(statementTimeoutMs, 'select prove_bounds($1, $2)', values),
    () => undefined,
  );
}

/** Moves a week's partition of one table from the hot table to the cold one. Rejects with 55P03 where the lock was not to be had in time, PA002 where a message is open again. */
export async function detachTable(database: Database, table: ArchivedTable, startMs: number): Promise<void> {
  await database.asMaintenance('select detach_week($1, $2)', [table, new Date(startMs)]);
}

/** Drops a week's partition of one table. Rejects with PA003 where it is not proved stored. */
export async function dropTable(database: Database, table: ArchivedTable, startMs: number): Promise<void> {
  await database.asMaintenance('select drop_week($1, $2)', [table, new Date(startMs)]);
}

/** Forgets the ids of messages that were removed, ours and the providers'. */
export async function forgetKeys(
  database: Database,
  { startMs, endMs }: { startMs: number; endMs: number },
  workspaceIds: string[],
  statementTimeoutMs: number,
): Promise<void> {
  const values = [workspaceIds, new Date(startMs), new Date(endMs)];
  for (const [table, time] of [
    ['message_key', 'created_at'],
    ['provider_reference', 'message_created_at'],
  ]) {
    const text = `delete from ${table} where workspace_id = any ($1::uuid[]) and ${time} >= $2 and ${time} < $3`;
    await database.asMaintenanceForLong(statementTimeoutMs, text, values);
  }
}

/** Weeks in the archive: their names, what is kept of them, and what a manifest says. */

/** How the values of a column are stored. Every value is a text here, as Postgres writes it; null is null. */
export type ColumnKind = 'uuid' | 'time' | 'int32' | 'int64' | 'boolean' | 'bytes' | 'json' | 'text';

export interface Column {
  name: string;
  kind: ColumnKind;
}

/** A row as texts, in the order of its columns. */
export type TextRow = (string | null)[];

/**
 * The tables that are archived: the time that puts a row into its week, what is kept together within a workspace, and the
 * order of rows. A conversation lies in one stretch of a file, newest first.
 */
export const archivedTables = {
  message: { time: 'created_at', within: 'contact_id', order: ['created_at desc', 'id desc'] },
  message_event: { time: 'created_at', within: 'contact_id', order: ['seq'] },
  send_attempt: { time: 'created_at', within: 'contact_id', order: ['message_id', 'attempt'] },
  callback_receipt: { time: 'received_at', within: 'message_id', order: ['received_at', 'id'] },
} as const;
export type ArchivedTable = keyof typeof archivedTables;
export const archivedTableNames = Object.keys(archivedTables) as ArchivedTable[];

/** Readers refuse a newer one. */
export const archiveFormatVersion = 1;

/** What a row is sorted by first: its workspace, and what is kept together in it. */
export type Place = [workspaceId: string, within: string];

/** One group of rows of a file: read without any other. */
export interface ArchivedGroup {
  rows: number;
  /** Its bytes in the file, and their SHA-256: whoever reads them alone can tell that they are what was written. */
  start: number;
  endExclusive: number;
  sha256: string;
  first: Place;
  last: Place;
}

/** One file of a week. */
export interface ArchivedFile {
  table: ArchivedTable;
  key: string;
  rows: number;
  bytes: number;
  sha256: string;
  columns: Column[];
  /** First and last time of its rows, epoch microseconds as text; null where there is none. */
  times: { first: string; last: string } | null;
  /** Where what comes after the last group begins: the file's own description of itself. */
  footerStart: number;
  footerSha256: string;
  groups: ArchivedGroup[];
  /** Rows by workspace. */
  workspaces: Record<string, number>;
}

/** What the archive has of a week. Stored beside the files, and known by its own SHA-256. */
export interface Manifest {
  formatVersion: number;
  week: string;
  generation: number;
  startsAt: string;
  endsAt: string;
  files: ArchivedFile[];
}

export type WeekState = 'held' | 'detaching' | 'archived' | 'restoring' | 'restored';

/** Why a week is not archived yet: how many of its messages are in such a state. */
export type HeldBy = Record<string, number>;

/** Where a week stands, for people. */
export interface WeekSummary {
  week: string;
  state: WeekState;
  /** How often its objects were written: each removal writes them anew. */
  generation: number;
  rows: number;
  bytes: number;
  held: HeldBy | null;
  /** What the last step that failed said; null once it has succeeded. */
  trouble: string | null;
}

/** What a run did with a week. */
export interface WeekResult {
  week: string;
  outcome: 'archived' | 'held' | 'rewritten' | 'nothing to do';
  rows: number;
  bytes: number;
}

const dayMs = 24 * 60 * 60_000;
const weekMs = 7 * dayMs;
/** The first Monday of the epoch, 1970-01-05. */
const firstMondayMs = 4 * dayMs;

/** When the week (UTC, from Monday) of a time begins, epoch milliseconds. */
export function weekStartMs(atMs: number): number {
  return firstMondayMs + Math.floor((atMs - firstMondayMs) / weekMs) * weekMs;
}

/** The week of a time by its ISO name, such as `2026-W34`. */
export function weekName(atMs: number): string {
  // The week's Thursday lies in the year that the week belongs to.
  const thursday = new Date(weekStartMs(atMs) + 3 * dayMs);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const number = Math.floor((thursday.getTime() - newYear) / weekMs) + 1;
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`;
}

/** When a week begins and ends by its name, epoch milliseconds; undefined where there is no such week. */
export function weekOf(name: string): { startMs: number; endMs: number } | undefined {
  const [, year, number] = /^(\d{4})-W(\d{2})$/.exec(name) ?? [];
  if (year === undefined || number === undefined) return undefined;
  // The fourth of January lies in the first week.
  const startMs = weekStartMs(Date.UTC(Number(year), 0, 4)) + (Number(number) - 1) * weekMs;
  return weekName(startMs) === name ? { startMs, endMs: startMs + weekMs } : undefined;
}

/** One workflow a week, whatever it does with it. */
export const archiveWorkflowId = (week: string) => `archive/${week}`;

/** Where the objects of one writing of a week lie. */
export function objectKey(week: string, generation: number, name: string): string {
  return `weeks/${week}/g${generation}/${name}`;
}

/** Whether a place lies within a group, its ends included. */
export function mayHold(group: ArchivedGroup, place: Place): boolean {
  return comparePlaces(group.first, place) <= 0 && comparePlaces(place, group.last) <= 0;
}

function comparePlaces([a, b]: Place, [c, d]: Place): number {
  if (a !== c) return a < c ? -1 : 1;
  return b === d ? 0 : b < d ? -1 : 1;
}

/** When what a workspace keeps for so many days is to be gone of a week, epoch milliseconds: once its youngest message is old enough. */
export function removalDueMs(weekEndsMs: number, keptDays: number): number {
  return weekEndsMs + keptDays * dayMs;
}

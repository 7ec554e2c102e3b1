import { createHash } from 'node:crypto';
import {
  type ArchivedFile,
  type ArchivedGroup,
  type ArchivedTable,
  archivedTables,
  type Column,
  type Place,
  type TextRow,
} from '../../domain/archive.js';
import type { ObjectStore } from '../../platform/objectStore/objectStore.js';
import { type Footer, readFooter, readGroup } from '../../platform/parquet/readParquet.js';
import { writeParquet } from '../../platform/parquet/writeParquet.js';
import { ArchiveDamaged } from './archiveDamaged.js';

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const indexOf = (columns: readonly Column[], name: string) => columns.findIndex((column) => column.name === name);

/** Where a row of a table lies in the order of the archive. */
export function placeReader(table: ArchivedTable, columns: readonly Column[]): (row: TextRow) => Place {
  const [workspace, within] = [indexOf(columns, 'workspace_id'), indexOf(columns, archivedTables[table].within)];
  return (row) => [row[workspace] as string, row[within] as string];
}

/**
 * Writes one file and says what is in it. Throws ObjectStoreError, and what `groups` throws; then nothing is under the key
 * that was not there before.
 *
 * @param groups rows in the order of the archive; each becomes a group that can be read by itself
 */
export async function writeFile(
  store: ObjectStore,
  { table, key, columns }: Pick<ArchivedFile, 'table' | 'key' | 'columns'>,
  groups: AsyncIterable<TextRow[]>,
): Promise<ArchivedFile> {
  const placeOf = placeReader(table, columns);
  const time = indexOf(columns, archivedTables[table].time);
  const hash = createHash('sha256');
  const found: ArchivedGroup[] = [];
  const workspaces: Record<string, number> = {};
  let [rows, at, first, last, footerSha256] = [0, 0, 2n ** 63n, -(2n ** 63n), ''];

  async function* body(): AsyncIterable<Uint8Array> {
    for await (const piece of writeParquet(columns, groups)) {
      hash.update(piece.bytes);
      const start = at;
      at += piece.bytes.length;
      const sha256 = sha256Of(piece.bytes);
      if (piece.rows.length === 0) footerSha256 = sha256;
      if (piece.rows.length > 0) {
        const [one, other] = [piece.rows[0] as TextRow, piece.rows.at(-1) as TextRow];
        found.push({ rows: piece.rows.length, start, endExclusive: at, sha256, first: placeOf(one), last: placeOf(other) });
        rows += piece.rows.length;
        for (const row of piece.rows) {
          const [workspaceId] = placeOf(row);
          workspaces[workspaceId] = (workspaces[workspaceId] ?? 0) + 1;
          const micros = BigInt(row[time] as string);
          if (micros < first) first = micros;
          if (micros > last) last = micros;
        }
      }
      yield piece.bytes;
    }
  }
  const { bytes } = await store.put(key, body());
  if (bytes !== at) throw new ArchiveDamaged(key, `was taken with ${bytes} bytes of ${at}`);
  const times = rows === 0 ? null : { first: String(first), last: String(last) };
  const footerStart = found.at(-1)?.endExclusive ?? 0;
  return { table, key, rows, bytes, sha256: hash.digest('hex'), columns, times, footerStart, footerSha256, groups: found, workspaces };
}

/** Reads a range that must be there whole, and be what was written. Throws ArchiveDamaged, ObjectStoreError. */
export async function readRange(
  store: ObjectStore,
  key: string,
  start: number,
  endExclusive: number,
  sha256?: string,
): Promise<Uint8Array> {
  const bytes = await store.get(key, { start, endExclusive });
  if (bytes.length !== endExclusive - start) throw new ArchiveDamaged(key, `ends at byte ${start + bytes.length}, before ${endExclusive}`);
  if (sha256 !== undefined && sha256Of(bytes) !== sha256)
    throw new ArchiveDamaged(key, `has other bytes than were written (from ${start} on)`);
  return bytes;
}

/** The bytes of one group of rows. Throws ArchiveDamaged, ObjectStoreError. */
export function readGroupBytes(
  store: ObjectStore,
  { key }: ArchivedFile,
  { start, endExclusive, sha256 }: ArchivedGroup,
): Promise<Uint8Array> {
  return readRange(store, key, start, endExclusive, sha256);
}

/** A file's description of itself. Throws ArchiveDamaged, ObjectStoreError. */
export async function readFooterOf(store: ObjectStore, file: ArchivedFile): Promise<{ footer: Footer; bytes: Uint8Array }> {
  const bytes = await readRange(store, file.key, file.footerStart, file.bytes, file.footerSha256);
  return { footer: readFooter(bytes), bytes };
}

/** The rows of a file, group by group, from the store. Throws ArchiveDamaged, ObjectStoreError. */
export async function* readFile(store: ObjectStore, file: ArchivedFile): AsyncIterable<TextRow[]> {
  const { footer } = await readFooterOf(store, file);
  for (const [number, group] of file.groups.entries()) {
    const bytes = await readGroupBytes(store, file, group);
    yield await readGroup(footer, { start: group.start, bytes }, number, file.columns);
  }
}

/**
 * Reads a whole file back and compares it: every byte with the hash, every row with what it was made of.
 *
 * @param expected the rows of its source once more, in the same order
 * @throws ArchiveDamaged, ObjectStoreError
 */
export async function proveFile(store: ObjectStore, file: ArchivedFile, expected: AsyncIterable<TextRow[]>): Promise<void> {
  const stored = await store.head(file.key);
  if (stored?.bytes !== file.bytes) throw new ArchiveDamaged(file.key, `has ${stored?.bytes ?? 'no'} bytes, not ${file.bytes}`);
  const hash = createHash('sha256');
  const { footer, bytes: footerBytes } = await readFooterOf(store, file);
  const source = rowByRow(expected);
  let compared = 0;
  for (const [number, group] of file.groups.entries()) {
    const bytes = await readGroupBytes(store, file, group);
    hash.update(bytes);
    for (const row of await readGroup(footer, { start: group.start, bytes }, number, file.columns)) {
      const { value, done } = await source.next();
      compared += 1;
      if (done || !isSame(value, row)) throw new ArchiveDamaged(file.key, `has another row ${compared} than its source`);
    }
  }
  if (!(await source.next()).done) throw new ArchiveDamaged(file.key, `has ${compared} rows, its source has more`);
  if (hash.update(footerBytes).digest('hex') !== file.sha256)
    throw new ArchiveDamaged(file.key, 'has another SHA-256 than what was written');
}

async function* rowByRow(groups: AsyncIterable<TextRow[]>): AsyncGenerator<TextRow, undefined> {
  for await (const rows of groups) yield* rows;
  return undefined;
}

const isSame = (one: TextRow, other: TextRow) => one.length === other.length && one.every((text, index) => text === other[index]);

import { createHash } from 'node:crypto';
import {
  type ArchivedFile,
  type ArchivedGroup,
  type ArchivedTable,
  archiveFormatVersion,
  type Column,
  type Manifest,
  mayHold,
  type Place,
  type TextRow,
} from '../../domain/archive.js';
import { archiveWeeksRememberedMax } from '../../domain/archiveLimits.js';
import type { ObjectStore } from '../../platform/objectStore/objectStore.js';
import { rowJson } from '../../platform/parquet/columns.js';
import { type Footer, readGroup } from '../../platform/parquet/readParquet.js';
import { ArchiveDamaged } from './archiveDamaged.js';
import { placeReader, readFooterOf, readGroupBytes, readRange } from './archiveFiles.js';
import type { ArchiveWeek } from './archiveWeeks.js';

/** A place in a conversation, newest first. */
interface Before {
  at: Date;
  id: string;
}

/**
 * Reads archived weeks by ranges: of each file only the groups that can hold what is asked for. Every row is compared with
 * the workspace that asks before it leaves here, so that what lies beside it in a shared file stays there.
 */
export class Archive {
  private readonly manifests = new Map<string, Promise<Manifest>>();
  private readonly footers = new Map<string, Promise<Footer>>();

  /** @param read hears how many bytes each request to the store has brought */
  constructor(
    private readonly store: ObjectStore | undefined,
    private readonly read: (bytes: number) => void = () => undefined,
  ) {}

  /** What the archive has of a week. Throws ArchiveDamaged where it is not what the database knows, ObjectStoreError. */
  manifestOf({ manifestKey, manifestSha256 }: Pick<ArchiveWeek, 'manifestKey' | 'manifestSha256'>): Promise<Manifest> {
    const [key, sha256] = [manifestKey ?? '', manifestSha256 ?? ''];
    return remembered(this.manifests, `${key} ${sha256}`, async () => {
      const bytes = await this.needed.get(key);
      this.read(bytes.length);
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new ArchiveDamaged(key, 'is not the manifest that was stored');
      const manifest = JSON.parse(Buffer.from(bytes).toString()) as Manifest;
      if (manifest.formatVersion > archiveFormatVersion)
        throw new ArchiveDamaged(key, `has format ${manifest.formatVersion}; this version reads up to ${archiveFormatVersion}`);
      return manifest;
    });
  }

  /** A conversation's messages before a place, newest first, at most `limit`, as JSON of rows. */
  async messagesBefore(week: ArchiveWeek, place: Place, before: Before, limit: number): Promise<string[]> {
    const file = await this.fileOf(week, 'message', place[0]);
    if (!file) return [];
    const keys = columnsNamed(file, ['workspace_id', 'contact_id', 'created_at', 'id']);
    const beforeMicros = BigInt(before.at.getTime()) * 1_000n;
    const isBefore = ([, , at, id]: TextRow) => {
      const micros = BigInt(at as string);
      return micros < beforeMicros || (micros === beforeMicros && (id as string) < before.id);
    };
    const found: string[] = [];
    for (const [number, group] of file.groups.entries()) {
      if (found.length >= limit) break;
      if (!mayHold(group, place)) continue;
      const read = await this.groupReader(file, number, group);
      const rows = await read(keys);
      const first = rows.findIndex((row) => row[0] === place[0] && row[1] === place[1] && isBefore(row));
      if (first < 0) continue;
      const part = { start: first, endExclusive: first + limit - found.length };
      found.push(...this.own(file, await read(file.columns, part), place));
    }
    return found;
  }

  /** One message by when it was stored, and its id, as JSON of its row. Of groups that may have it one column is read first. */
  async messageAt(week: ArchiveWeek, workspaceId: string, createdAtMs: number, id: string): Promise<string | undefined> {
    const file = await this.fileOf(week, 'message', workspaceId);
    if (!file) return undefined;
    const [times] = [columnsNamed(file, ['created_at'])];
    const [workspaceIndex, idIndex] = ['workspace_id', 'id'].map((name) => file.columns.findIndex((column) => column.name === name));
    const micros = String(createdAtMs * 1_000);
    const { footer } = await this.footerOf(file);
    for (const [number, group] of file.groups.entries()) {
      if (group.first[0] > workspaceId || group.last[0] < workspaceId) continue;
      const chunk = chunkRange(footer, number, 'created_at');
      const bytes = await this.range(file.key, chunk.start, chunk.endExclusive);
      const stored = await readGroup(footer, { start: chunk.start, bytes }, number, times);
      const places = stored.flatMap(([at], index) => (at === micros ? [index] : []));
      if (places.length === 0) continue;
      const read = await this.groupReader(file, number, group);
      for (const index of places) {
        const [row] = await read(file.columns, { start: index, endExclusive: index + 1 });
        if (row?.[workspaceIndex as number] === workspaceId && row[idIndex as number] === id) return rowJson(file.columns, row);
      }
    }
    return undefined;
  }

  /** All rows of a table at a place, as JSON. */
  async rowsAt(week: ArchiveWeek, table: ArchivedTable, place: Place): Promise<string[]> {
    const file = await this.fileOf(week, table, place[0]);
    const found: string[] = [];
    for (const [number, group] of file?.groups.entries() ?? []) {
      if (file && mayHold(group, place)) {
        const read = await this.groupReader(file, number, group);
        found.push(...this.own(file, await read(file.columns), place));
      }
    }
    return found;
  }

  private get needed(): ObjectStore {
    if (!this.store)
      throw new ArchiveDamaged('(none)', 'can not be read: this process is not told where the archive is (S3_BUCKET, ARCHIVE_DIRECTORY)');
    return this.store;
  }

  /** A week's file of a table, where the workspace has rows in it. */
  private async fileOf(week: ArchiveWeek, table: ArchivedTable, workspaceId: string): Promise<ArchivedFile | undefined> {
    const file = (await this.manifestOf(week)).files.find((one) => one.table === table);
    return file?.workspaces[workspaceId] ? file : undefined;
  }

  private own(file: ArchivedFile, rows: TextRow[], place: Place): string[] {
    const placeOf = placeReader(file.table, file.columns);
    return rows
      .filter((row) => {
        const [workspaceId, within] = placeOf(row);
        return workspaceId === place[0] && within === place[1];
      })
      .map((row) => rowJson(file.columns, row));
  }

  private async footerOf(file: ArchivedFile): Promise<{ footer: Footer }> {
    const footer = await remembered(this.footers, file.sha256, async () => {
      const read = await readFooterOf(this.needed, file);
      this.read(read.bytes.length);
      return read.footer;
    });
    return { footer };
  }

  private async range(key: string, start: number, endExclusive: number): Promise<Uint8Array> {
    const bytes = await readRange(this.needed, key, start, endExclusive);
    this.read(bytes.length);
    return bytes;
  }

  /** Reads a group's bytes once; what it answers unpacks columns and parts of them. */
  private async groupReader(file: ArchivedFile, number: number, group: ArchivedGroup) {
    const { footer } = await this.footerOf(file);
    const bytes = await readGroupBytes(this.needed, file, group);
    this.read(bytes.length);
    return (columns: readonly Column[], part?: { start: number; endExclusive: number }) =>
      readGroup(footer, { start: group.start, bytes }, number, columns, part);
  }
}

function columnsNamed(file: ArchivedFile, names: string[]): Column[] {
  return names.flatMap((name) => file.columns.filter((column) => column.name === name));
}

/** Where the bytes of one column of a group are. */
function chunkRange(footer: Footer, group: number, name: string): { start: number; endExclusive: number } {
  const about = footer.row_groups[group]?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data;
  const start = Number(about?.dictionary_page_offset ?? about?.data_page_offset ?? 0n);
  return { start, endExclusive: start + Number(about?.total_compressed_size ?? 0n) };
}

/** What was read once is kept, the newest of them; what failed is asked for again. */
function remembered<T>(kept: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const known = kept.get(key);
  if (known) return known;
  const reading = read();
  kept.set(key, reading);
  reading.catch(() => kept.delete(key));
  const [oldest] = kept.keys();
  if (kept.size > archiveWeeksRememberedMax && oldest !== undefined) kept.delete(oldest);
  return reading;
}

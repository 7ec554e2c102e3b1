import { type FileMetaData, parquetMetadata, parquetRead } from 'hyparquet';
import type { Column, TextRow } from '../../domain/archive.js';
import { textOf } from './columns.js';
import { decompressors, loadZstd } from './zstd.js';

/** Times as numbers, ids as texts: nothing is made that would only be taken apart again. */
const parsers = { timestampFromMicroseconds: (micros: bigint) => micros };

export type Footer = FileMetaData;

/** What a file says of itself, from its last bytes. Throws where they are no footer of a Parquet file. */
export function readFooter(bytes: Uint8Array): FileMetaData {
  return parquetMetadata(bytes as unknown as ArrayBuffer);
}

/** The bytes of a file from `start` on, as they were read. */
export interface Slice {
  start: number;
  bytes: Uint8Array;
}

/**
 * The rows of one group, or those of a part of it. Columns that the file does not have are null.
 *
 * @param slice bytes of the file that hold the group
 * @param group the number of the group in the file
 * @param part rows of the group, from 0
 */
export async function readGroup(
  metadata: FileMetaData,
  slice: Slice,
  group: number,
  columns: readonly Column[],
  part?: { start: number; endExclusive: number },
): Promise<TextRow[]> {
  await loadZstd();
  const first = metadata.row_groups.slice(0, group).reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  const rowsInGroup = Number(metadata.row_groups[group]?.num_rows ?? 0n);
  const known = new Set(metadata.schema.slice(1).map(({ name }) => name));
  const rows: TextRow[] = [];
  await parquetRead({
    file: {
      byteLength: slice.start + slice.bytes.length,
      slice: (start, end) => {
        const from = slice.bytes.byteOffset + start - slice.start;
        return slice.bytes.buffer.slice(from, slice.bytes.byteOffset + (end ?? Number.NaN) - slice.start) as ArrayBuffer;
      },
    },
    metadata,
    columns: columns.map(({ name }) => name).filter((name) => known.has(name)),
    rowStart: first + (part?.start ?? 0),
    rowEnd: first + (part?.endExclusive ?? rowsInGroup),
    compressors: decompressors,
    utf8: false,
    parsers,
    rowFormat: 'object',
    onComplete: (found) => {
      for (const row of found) rows.push(columns.map((column) => textOf(column, row[column.name])));
    },
  });
  return rows;
}

import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Column, TextRow } from '../../domain/archive.js';
import { columnValues, schemaOf } from './columns.js';
import { compressors, loadZstd } from './zstd.js';

/** One column of a group is cut into pages of so many bytes. Smaller ones could be unpacked one by one, and pack 4 to 8 % worse. */
const pageBytes = 1024 * 1024;

/** A piece of a file: the header and a row group, or the footer. */
export interface ParquetPiece {
  bytes: Uint8Array;
  /** The rows of its group; none in the footer. */
  rows: readonly TextRow[];
}

/** A Parquet file, piece by piece: one group of rows is in memory at a time. Columns are packed with zstd. */
export async function* writeParquet(columns: readonly Column[], groups: AsyncIterable<TextRow[]>): AsyncIterable<ParquetPiece> {
  await loadZstd();
  const out = new ByteWriter(1024 * 1024);
  const writer = new ParquetWriter({ writer: out, schema: schemaOf(columns), codec: 'ZSTD', compressors, createdBy: 'postrider' });
  const taken = (rows: readonly TextRow[]): ParquetPiece => {
    const bytes = out.getBytes().slice();
    out.index = 0;
    return { bytes, rows };
  };
  for await (const rows of groups) {
    await writer.write({
      columnData: columns.map((column, index) => ({
        name: column.name,
        data: columnValues(column, rows, index),
        // Times that are near each other: a tenth smaller than as they are.
        ...(column.kind === 'time' && { encoding: 'DELTA_BINARY_PACKED' as const }),
      })),
      rowGroupSize: rows.length,
      pageSize: pageBytes,
    });
    yield taken(rows);
  }
  await writer.finish();
  yield taken([]);
}

import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type Column, columnValues, schemaOf, type TextRow } from './columns.js';
import { compressors, loadZstd } from './zstd.js';

/** One column is cut into pages of so many bytes, so that whoever wants a few rows unpacks little more. */
const pageBytes = 128 * 1024;

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
      columnData: columns.map((column, index) => ({ name: column.name, data: columnValues(column, rows, index) })),
      rowGroupSize: rows.length,
      pageSize: pageBytes,
    });
    yield taken(rows);
  }
  await writer.finish();
  yield taken([]);
}

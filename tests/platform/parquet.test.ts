import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Column, TextRow } from '../../domain/archive.js';
import { columnKindOf, rowJson } from '../../platform/parquet/columns.js';
import { readFooter, readGroup } from '../../platform/parquet/readParquet.js';
import { writeParquet } from '../../platform/parquet/writeParquet.js';

const columns: Column[] = [
  { name: 'id', kind: 'uuid' },
  { name: 'at', kind: 'time' },
  { name: 'small', kind: 'int32' },
  { name: 'big', kind: 'int64' },
  { name: 'flag', kind: 'boolean' },
  { name: 'sealed', kind: 'bytes' },
  { name: 'words', kind: 'text' },
  { name: 'document', kind: 'json' },
];

async function* inGroups(rows: TextRow[], size: number): AsyncIterable<TextRow[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

async function fileOf(rows: TextRow[], size: number): Promise<{ file: Buffer; ends: number[] }> {
  const pieces: Uint8Array[] = [];
  const ends: number[] = [];
  for await (const { bytes } of writeParquet(columns, inGroups(rows, size))) {
    pieces.push(bytes);
    ends.push((ends.at(-1) ?? 0) + bytes.length);
  }
  return { file: Buffer.concat(pieces), ends };
}

async function rowsOf(file: Buffer): Promise<TextRow[]> {
  const metadata = readFooter(file);
  const found: TextRow[] = [];
  for (const [group] of metadata.row_groups.entries())
    found.push(...(await readGroup(metadata, { start: 0, bytes: file }, group, columns)));
  return found;
}

const nullable = (value: fc.Arbitrary<string>) => fc.option(value, { freq: 5 });
const anyRow: fc.Arbitrary<TextRow> = fc.tuple(
  nullable(fc.uuid()),
  nullable(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 17n }).map(String)),
  nullable(fc.integer().map(String)),
  nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  nullable(fc.boolean().map(String)),
  nullable(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex'))),
  nullable(fc.string({ unit: 'grapheme', maxLength: 60 })),
  nullable(fc.json()),
);

describe('rows in a Parquet file', () => {
  it('come out as they went in, whatever is in them, and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 20 }), async (rows, size) => {
        expect(await rowsOf((await fileOf(rows, size)).file)).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('can be read by a range that holds their group alone, and a part of a group', async () => {
    const rows = Array.from(
      { length: 5_000 },
      (_, n): TextRow => [randomUUID(), String(n), String(n % 7), String(n), 'true', randomBytes(200).toString('hex'), `row ${n}`, '{}'],
    );
    const { file, ends } = await fileOf(rows, 1_000);
    const metadata = readFooter(file.subarray(ends.at(-2)));
    const [start, end] = [ends[1] as number, ends[2] as number];
    const slice = { start, bytes: file.subarray(start, end) };
    expect(await readGroup(metadata, slice, 2, columns)).toEqual(rows.slice(2_000, 3_000));
    const part = { start: 990, endExclusive: 1_000 };
    expect(await readGroup(metadata, slice, 2, columns, part)).toEqual(rows.slice(2_990, 3_000));
  });

  it('make the same file each time', async () => {
    const rows = Array.from({ length: 300 }, (_, n): TextRow => [null, String(n), '1', null, 'false', 'ff', 'the same', '[1]']);
    const hashes = await Promise.all(
      [1, 2].map(async () =>
        createHash('sha256')
          .update((await fileOf(rows, 100)).file)
          .digest('hex'),
      ),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('that are none make a file too', async () => {
    expect(await rowsOf((await fileOf([], 10)).file)).toEqual([]);
  });

  it('become JSON from which Postgres makes the row of before', () => {
    const row: TextRow = ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '1700000000123456', '1', '2', 'true', 'c0ffee', 'a "word"', '{"a":[1]}'];
    expect(JSON.parse(rowJson(columns, row))).toEqual({
      id: row[0],
      at: '2023-11-14T22:13:20.123456Z',
      small: '1',
      big: '2',
      flag: 'true',
      sealed: '\\xc0ffee',
      words: 'a "word"',
      document: { a: [1] },
    });
  });

  it('keep columns of any type of Postgres', () => {
    expect(['uuid', 'timestamptz', 'int2', 'bytea', '_text', 'numeric', 'text'].map(columnKindOf)).toEqual([
      'uuid',
      'time',
      'int32',
      'bytes',
      'json',
      'text',
      'text',
    ]);
  });
});

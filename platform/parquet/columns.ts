import type { SchemaElement } from 'hyparquet';
import type { Column, ColumnKind, TextRow } from '../../domain/archive.js';

type ParquetValue = Uint8Array | bigint | number | boolean | string | null;

interface Kind {
  element: Omit<SchemaElement, 'name' | 'repetition_type'>;
  toParquet(text: string): ParquetValue;
  toText(value: never): string;
}

// Ids as their 16 bytes, times as microseconds: what Postgres has, not a word more. Arrays and documents are JSON.
const kinds: Record<ColumnKind, Kind> = {
  uuid: {
    element: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
    toParquet: (text) => Buffer.from(text.replaceAll('-', ''), 'hex'),
    toText: (value: string) => value,
  },
  time: {
    element: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
    toParquet: (text) => BigInt(text),
    toText: String,
  },
  int32: { element: { type: 'INT32' }, toParquet: Number, toText: String },
  int64: { element: { type: 'INT64' }, toParquet: (text) => BigInt(text), toText: String },
  boolean: { element: { type: 'BOOLEAN' }, toParquet: (text) => text === 'true', toText: String },
  bytes: {
    element: { type: 'BYTE_ARRAY' },
    toParquet: (text) => Buffer.from(text, 'hex'),
    toText: (value: Uint8Array) => Buffer.from(value).toString('hex'),
  },
  json: { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, toParquet: (text) => text, toText: (value: string) => value },
  text: { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, toParquet: (text) => text, toText: (value: string) => value },
};

const kindOfType: Record<string, ColumnKind> = {
  uuid: 'uuid',
  timestamptz: 'time',
  int2: 'int32',
  int4: 'int32',
  int8: 'int64',
  bool: 'boolean',
  bytea: 'bytes',
  jsonb: 'json',
  json: 'json',
};

/** The kind of a column by the name of its type in Postgres (`pg_type.typname`); what has none of its own is kept as text. */
export function columnKindOf(typname: string): ColumnKind {
  return kindOfType[typname] ?? (typname.startsWith('_') ? 'json' : 'text');
}

/** An expression of SQL for the text of a column as it is stored. */
export function textExpression({ name, kind }: Column): string {
  const quoted = `"${name}"`;
  if (kind === 'time') return `(extract(epoch from ${quoted}) * 1000000)::int8::text`;
  if (kind === 'bytes') return `encode(${quoted}, 'hex')`;
  if (kind === 'json') return `to_jsonb(${quoted})::text`;
  return `${quoted}::text`;
}

/** The schema of a file with these columns. */
export function schemaOf(columns: readonly Column[]): SchemaElement[] {
  const leaves = columns.map(({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...kinds[kind].element }));
  return [{ name: 'row', num_children: columns.length }, ...leaves];
}

/** The values of one column of a group of rows, as the file has them. */
export function columnValues({ kind }: Column, rows: readonly TextRow[], index: number): ParquetValue[] {
  const { toParquet } = kinds[kind];
  return rows.map((row) => {
    const text = row[index] ?? null;
    return text === null ? null : toParquet(text);
  });
}

/** A value of a file as the text it was stored from. */
export function textOf({ kind }: Column, value: unknown): string | null {
  return value === null || value === undefined ? null : kinds[kind].toText(value as never);
}

/** A row as JSON that `jsonb_populate_record` makes the row of before of. */
export function rowJson(columns: readonly Column[], row: TextRow): string {
  const fields = columns.map(({ name, kind }, index) => `${JSON.stringify(name)}:${fieldJson(kind, row[index] ?? null)}`);
  return `{${fields.join(',')}}`;
}

function fieldJson(kind: ColumnKind, text: string | null): string {
  if (text === null) return 'null';
  if (kind === 'json') return text;
  if (kind === 'bytes') return JSON.stringify(`\\x${text}`);
  if (kind === 'time') return JSON.stringify(isoOfMicros(BigInt(text)));
  return JSON.stringify(text);
}

function isoOfMicros(micros: bigint): string {
  const part = ((micros % 1_000n) + 1_000n) % 1_000n;
  return new Date(Number((micros - part) / 1_000n)).toISOString().replace('Z', `${String(part).padStart(3, '0')}Z`);
}

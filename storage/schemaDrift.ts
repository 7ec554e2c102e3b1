import type pg from 'pg';

/** A column as schema.prisma or the database has it. `type` is in the words of Postgres (format_type). */
export interface Column {
  table: string;
  column: string;
  type: string;
  isNullable: boolean;
  /** Where it stands in the primary key, from 1; 0 where it does not. */
  keyPlace: number;
}

const scalarTypes: Record<string, string> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Boolean: 'boolean',
  Json: 'jsonb',
  Bytes: 'bytea',
};

function typeOf(scalar: string, attributes: string): string | undefined {
  if (scalar === 'DateTime') {
    const precision = /@db\.Timestamptz\((\d)\)/.exec(attributes)?.[1];
    return precision
      ? `timestamp(${precision}) with time zone`
      : /@db\.Timestamptz\b/.test(attributes)
        ? 'timestamp with time zone'
        : undefined;
  }
  if (/@db\.Uuid\b/.test(attributes)) return 'uuid';
  if (/@db\.SmallInt\b/.test(attributes)) return 'smallint';
  return /@db\./.test(attributes) ? undefined : scalarTypes[scalar];
}

const mapOf = (attributes: string, fallback: string) => /@@?map\("([^"]+)"\)/.exec(attributes)?.[1] ?? fallback;

/** The columns of the models in a schema.prisma. Throws at a type that it does not know, and names the line. */
export function columnsOfModels(schema: string): Column[] {
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => ({ name, body }));
  const names = new Set(models.map(({ name }) => name));
  return models.flatMap(({ name, body }) => {
    const lines = body
      .split('\n')
      .map((line) => line.replace(/\/\/.*$/, '').trim())
      .filter(Boolean);
    const blockLines = lines.filter((line) => line.startsWith('@@'));
    const table = mapOf(blockLines.find((line) => line.startsWith('@@map')) ?? '', name);
    const key = /@@id\(\[([^\]]+)\]\)/.exec(blockLines.join('\n'))?.[1]?.split(/,\s*/) ?? [];
    return lines.flatMap((line): Column[] => {
      const [, field = '', scalar = '', suffix = '', attributes = ''] = /^(\w+)\s+(\w+)(\?|\[\])?\s*(.*)$/.exec(line) ?? [];
      if (line.startsWith('@@') || names.has(scalar)) return [];
      const type = typeOf(scalar, attributes);
      if (!type) throw new Error(`prisma/schema.prisma, model ${name}: the type of "${line}" is not known to storage/schemaDrift.ts`);
      const keyPlace = / ?@id\b/.test(attributes) ? 1 : key.indexOf(field) + 1;
      return [
        { table, column: mapOf(attributes, field), type: suffix === '[]' ? `${type}[]` : type, isNullable: suffix === '?', keyPlace },
      ];
    });
  });
}

/** The columns of these tables of the schema `public`, as the database has them. */
export async function columnsOfTables(client: pg.Client, tables: string[]): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as "isNullable",
       coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) as "keyPlace"
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_index i on i.indrelid = c.oid and i.indisprimary
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname = any ($1)
     order by c.relname, a.attnum`,
    [tables],
  );
  return rows;
}

/** What differs between models and tables: a sentence each, with the cure. Nothing where they are in step. */
export function driftOf(models: Column[], tables: Column[]): string[] {
  const nameOf = ({ table, column }: Column) => `${table}.${column}`;
  const described = ({ type, isNullable, keyPlace }: Column) =>
    `${type}${isNullable ? ', may be null' : ', never null'}${keyPlace > 0 ? `, number ${keyPlace} of the primary key` : ''}`;
  const inDatabase = new Map(tables.map((column) => [nameOf(column), column]));
  const inModels = new Set(models.map(nameOf));
  const knownTables = new Set(tables.map(({ table }) => table));
  const differing = models.flatMap((model) => {
    const found = inDatabase.get(nameOf(model));
    if (!found)
      return [
        knownTables.has(model.table)
          ? `${nameOf(model)} is in prisma/schema.prisma, and no migration makes it: write one, or take it out of the model`
          : `the table ${model.table} of prisma/schema.prisma is made by no migration: write one, or take the model out`,
      ];
    if (described(found) === described(model)) return [];
    return [
      `${nameOf(model)} is "${described(model)}" in prisma/schema.prisma and "${described(found)}" after the migrations: change the model, or write a migration`,
    ];
  });
  const unknown = tables
    .filter((column) => !inModels.has(nameOf(column)))
    .map((column) => `${nameOf(column)} (${described(column)}) is missing in prisma/schema.prisma: add it to its model`);
  return [...new Set([...differing, ...unknown])];
}

import { describe, expect, test } from '@jest/globals';
import { columnsOfModels, driftOf } from '../../storage/schemaDrift.js';

describe('schema.prisma and the migrations', () => {
  const schema = `
model Thing {
  workspaceId String    @map("workspace_id") @db.Uuid
  id          Int // its number
  words       String[]
  at          DateTime? @db.Timestamptz(3)
  other       Other     @relation(fields: [id], references: [id])

  @@id([workspaceId, id])
  @@map("thing")
}

model Other {
  id     Int     @id
  things Thing[]
}
`;
  const columns = columnsOfModels(schema);

  test('are compared by column, type, null and key', () => {
    expect(columns).toEqual([
      { table: 'thing', column: 'workspace_id', type: 'uuid', isNullable: false, keyPlace: 1 },
      { table: 'thing', column: 'id', type: 'integer', isNullable: false, keyPlace: 2 },
      { table: 'thing', column: 'words', type: 'text[]', isNullable: false, keyPlace: 0 },
      { table: 'thing', column: 'at', type: 'timestamp(3) with time zone', isNullable: true, keyPlace: 0 },
      { table: 'Other', column: 'id', type: 'integer', isNullable: false, keyPlace: 1 },
    ]);
    expect(driftOf(columns, columns)).toEqual([]);
  });

  test('that differ are told with the cure', () => {
    const tables = columns.flatMap((column) => {
      if (column.table === 'Other') return [];
      if (column.column === 'at') return [{ ...column, isNullable: false }];
      return column.column === 'words' ? [{ ...column, column: 'text' }] : [column];
    });
    expect(driftOf(columns, tables)).toEqual([
      'thing.words is in prisma/schema.prisma, and no migration makes it: write one, or take it out of the model',
      expect.stringMatching(
        /^thing\.at is "timestamp\(3\) with time zone, may be null" in .* and ".*, never null" after the migrations: change/,
      ),
      'the table Other of prisma/schema.prisma is made by no migration: write one, or take the model out',
      'thing.text (text[], never null) is missing in prisma/schema.prisma: add it to its model',
    ]);
  });

  test('a type that the comparison does not know is said, not passed over', () => {
    expect(() => columnsOfModels('model A {\n  at DateTime\n}\n')).toThrow(/type of "at DateTime" is not known/);
  });
});

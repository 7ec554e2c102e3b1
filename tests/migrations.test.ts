import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { migrationViolations } from './support/migrationRules.js';

const directory = path.join(__dirname, '../prisma/migrations');
const late = '20991231235959_change_things';
const limit = "set local lock_timeout = '3s';\n";

describe('every migration', () => {
  test('leaves the version before it working, and nobody waiting', () => {
    const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const violations = names.flatMap(({ name }) =>
      migrationViolations(name, readFileSync(path.join(directory, name, 'migration.sql'), 'utf8')),
    );
    expect(violations).toEqual([]);
  });
});

describe('the rules for migrations', () => {
  test.each([
    ['drop table message;', /drops what the version before may use/],
    ['alter table message drop column body;', /drops what/],
    ['alter table message add column a text, drop metadata;', /drops what/],
    ['alter table message rename column body to words;', /renames/],
    ['alter table message rename to texts;', /renames/],
    ['alter table message alter column body type bytea;', /changes a type/],
    ['alter table message alter column sender_id set not null;', /refuses nulls/],
    ['alter table message add column words text not null;', /does not fill/],
    ['create index message_words on message (body);', /stops its writers/],
    ['create unique index if not exists once on public.message_event (seq);', /stops its writers/],
    ['begin; select 1; commit;', /one transaction already/],
  ])('refuse: %s', (sql, fault) => {
    expect(migrationViolations(late, limit + sql)).toEqual([expect.stringMatching(fault)]);
  });

  test.each([
    'alter table message add column words text;',
    "alter table message add column words text not null default '';",
    'alter table message alter column sender_id drop not null;',
    'alter table message add constraint words check (body <> $$drop table message;$$) not valid;',
    'create table words (body text not null); create index on words (body); alter table words rename column body to text;',
    'create index message_words on only message (body);',
    'create index workspace_name on workspace (name);',
    'drop policy one_workspace on message; drop trigger keep on message;',
    '-- contract: no version since the last but one reads it\nalter table message drop column words;',
    "-- drop table message;\nselect 'drop table message;';",
    'create or replace function f() returns void language sql as $body$ drop table message; alter table x rename to y; $body$;',
  ])('allow: %s', (sql) => {
    expect(migrationViolations(late, limit + sql)).toEqual([]);
  });

  test('want a limit to every wait for a lock, and a name that sorts', () => {
    expect(migrationViolations(late, 'alter table message add column words text;')).toEqual([expect.stringMatching(/lock_timeout = '3s'/)]);
    expect(migrationViolations('add_words', limit)).toEqual([expect.stringMatching(/YYYYMMDDHHMMSS/)]);
  });
});

import type { Client } from 'pg';

/** A way to cut the table of messages into partitions, for so many workspaces over so many weeks. */
export interface Scheme {
  name: string;
  /** The statements that make it; each is a transaction of its own, as locks are counted. */
  statements(workspaces: number, weeks: number): string[];
  /** The statements that take out the oldest week. */
  rotation(workspaces: number): string[];
}

/** Workspace ids are made of their number, so that statements can name them. */
export const workspaceIdOf = (number: number) => `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;

/** Columns and indexes as the product's own table has them; what is only carried along is one column. */
const columns = `workspace_id uuid not null, created_at timestamptz(3) not null, id uuid not null, contact_id uuid not null, body text not null,
  status text not null, provider_message_id text, updated_at timestamptz(3) not null, recorded_at timestamptz(3),
  primary key (workspace_id, created_at, id)`;
const indexes = (table: string) => [
  `create index on ${table} (workspace_id, contact_id, created_at desc, id desc)`,
  `create index on ${table} (workspace_id, created_at, id) where recorded_at is null`,
];
const firstDay = `date_trunc('week', now() at time zone 'UTC') at time zone 'UTC'`;
const day = (week: number) => `(${firstDay} - interval '${week} weeks')`;

/** A statement that runs DDL with times in it, which may not be expressions. */
const dynamic = (template: string, ...times: string[]) =>
  `do $$ begin execute format('${template.replaceAll("'", "''")}', ${times.join(', ')}); end $$`;

const rangeByHash: Scheme = {
  name: 'RANGE weekly × HASH 4',
  statements: (_workspaces, weeks) => [
    `create table message (${columns}) partition by range (created_at)`,
    ...indexes('message'),
    ...Array.from({ length: weeks }, (_, week) =>
      [
        dynamic(
          `create table message_w${week} partition of message for values from (%L) to (%L) partition by hash (workspace_id)`,
          day(week),
          day(week - 1),
        ),
        ...[0, 1, 2, 3].map(
          (part) =>
            `create table message_w${week}_h${part} partition of message_w${week} for values with (modulus 4, remainder ${part}) with (fillfactor = 75)`,
        ),
      ].join(';\n'),
    ),
  ],
  rotation: () => ['alter table message detach partition message_w12; drop table message_w12'],
};

const listByRange: Scheme = {
  name: 'LIST by workspace × RANGE weekly',
  statements: (workspaces, weeks) => [
    `create table message (${columns}) partition by list (workspace_id)`,
    ...indexes('message'),
    ...Array.from({ length: workspaces }, (_, number) =>
      [
        `create table message_l${number} partition of message for values in ('${workspaceIdOf(number)}') partition by range (created_at)`,
        ...Array.from({ length: weeks }, (_week, week) =>
          dynamic(
            `create table message_l${number}_w${week} partition of message_l${number} for values from (%L) to (%L) with (fillfactor = 75)`,
            day(week),
            day(week - 1),
          ),
        ),
      ].join(';\n'),
    ),
  ],
  rotation: (workspaces) =>
    Array.from(
      { length: workspaces },
      (_, number) => `alter table message_l${number} detach partition message_l${number}_w12; drop table message_l${number}_w12`,
    ),
};

export const schemes: readonly Scheme[] = [rangeByHash, listByRange];

/** Row-level security as the product has it, so that plans are those of the product. */
export async function secure(client: Client): Promise<void> {
  await client.query(`alter table message enable row level security; alter table message force row level security;
    create policy one_workspace on message to bench_app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
    grant select, insert on message to bench_app`);
}

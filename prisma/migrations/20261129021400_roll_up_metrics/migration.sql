-- What happened in each minute of each workspace, gathered from its events; and whether its error rate is too high.
set local lock_timeout = '3s';

-- Counts in buckets: lists of any length, added place by place.
create function add_counts(a integer[], b integer[]) returns integer[] language sql immutable parallel safe as $$
  select coalesce(array_agg(coalesce(x, 0) + coalesce(y, 0) order by place), '{}') from unnest(a, b) with ordinality as counts (x, y, place)
$$;
create aggregate sum_counts(integer[]) (sfunc = add_counts, stype = integer[], initcond = '{}');

-- How far the events of a workspace have been counted.
create table metric_cursor (
  workspace_id uuid primary key references workspace (id),
  -- The newest event that was counted, and its time, which says where to look on.
  cursor_seq bigint not null default 0,
  cursor_at timestamptz(3) not null
) with (fillfactor = 50);

create table metric_minute (
  workspace_id uuid not null,
  minute timestamptz(0) not null,
  -- Messages that were accepted, and that came in.
  outbound integer not null,
  inbound integer not null,
  -- Messages that came to an end, by what it was; withdrawn are those that somebody took back, or whose recipient has opted out.
  delivered integer not null,
  undelivered integer not null,
  failed integer not null,
  expired integer not null,
  unknown integer not null,
  parked integer not null,
  withdrawn integer not null,
  -- Messages by the bucket of the time that they took (domain/durationBuckets.ts).
  processing integer[] not null default '{}',
  primary key (workspace_id, minute)
) with (fillfactor = 70);
create index metric_minute_age on metric_minute (minute);

-- Workspaces whose error rate is too high, or was a moment ago.
create table error_rate_alarm (
  workspace_id uuid primary key references workspace (id),
  since timestamptz(0) not null,
  -- The last minute that was too high, with its figures.
  high_at timestamptz(0) not null,
  errors integer not null,
  ended integer not null,
  -- When people were told of it, and when it was over.
  told_at timestamptz,
  over_at timestamptz
);

-- Rights ------------------------------------------------------------------------------------------------------------

grant execute on function add_counts(integer[], integer[]), sum_counts(integer[]) to app, maintenance;
grant select on metric_cursor, metric_minute, error_rate_alarm to app;
grant select, insert, update, delete on metric_cursor, metric_minute, error_rate_alarm to maintenance;

do $$
declare name text;
begin
  foreach name in array array['metric_cursor', 'metric_minute', 'error_rate_alarm'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy one_workspace on %I to app using (workspace_id = nullif(current_setting(''app.ws'', true), '''')::uuid)', name);
    execute format('create policy all_workspaces on %I to maintenance using (true)', name);
  end loop;
end $$;

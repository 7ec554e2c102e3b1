-- Weeks that have left the hot tables: where each stands on its way into the archive, and what was written of it.
set local lock_timeout = '3s';

-- A week (UTC, from Monday) by its ISO name. The next state is entered only once the step before is proved done:
--   held       a message of it has not ended: it stays in the hot tables
--   detaching  its partitions move to the cold tables, one table after the other; from now on nothing changes in them
--   archived   all its rows are proved stored: its objects are what is read, and only now may its partitions be dropped
--   restoring  its rows are being loaded into partitions again
--   restored   they are read from the cold tables, as well as kept in the archive
create table archive_week (
  week text primary key check (week ~ '^\d{4}-W\d{2}$'),
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  state text not null check (state in ('held', 'detaching', 'archived', 'restoring', 'restored')),
  -- Which writing of its objects is valid; 0 while there is none. A removal writes the next one.
  generation integer not null default 0,
  manifest_key text,
  manifest_sha256 text,
  rows bigint not null default 0,
  bytes bigint not null default 0,
  -- Why it is held: counts by reason.
  held jsonb,
  -- What the last step that failed said.
  trouble text,
  updated_at timestamptz(3) not null default now(),
  check (state not in ('archived', 'restoring', 'restored') or (generation > 0 and manifest_key is not null and manifest_sha256 is not null))
);

-- What was written for a generation, table by table: the restart point of a run. Proved: read back from the store and compared.
create table archive_file (
  week text not null references archive_week (week) on delete cascade,
  generation integer not null,
  table_name text not null,
  about jsonb not null,
  proved_at timestamptz(3),
  primary key (week, generation, table_name)
);

grant select on archive_week to app;
grant select, insert, update, delete on archive_week, archive_file to maintenance;

-- The cold tables: weeks that were detached wait here, or lie here again after a restore, and are read under the same policies.
-- They have no index of their own; those of their partitions serve.
create function make_cold(parent text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  cold text := parent || '_cold';
begin
  execute format('create table public.%I (like public.%I including defaults) partition by range (%I)', cold, parent,
    case parent when 'callback_receipt' then 'received_at' else 'created_at' end);
  execute format('alter table public.%I enable row level security', cold);
  execute format('alter table public.%I force row level security', cold);
  execute format('create policy one_workspace on public.%I to app using (workspace_id = nullif(current_setting(''app.ws'', true), '''')::uuid)', cold);
  execute format('create policy all_workspaces on public.%I to maintenance using (true)', cold);
  execute format('grant select on public.%I to app, maintenance', cold);
end $$;
select make_cold(parent) from unnest(array['message', 'message_event', 'send_attempt', 'callback_receipt']) as parent;

create function week_partition(parent text, first_day timestamptz) returns text
language sql immutable set search_path = public, pg_temp as $$
  select parent || '_' || to_char(first_day at time zone 'UTC', 'IYYY"w"IW')
$$;

-- Whether a week's partition of a table is hot, cold, apart (neither) or not there.
create function week_place(parent text, first_day timestamptz) returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select case
    when c.oid is null then 'none'
    when i.inhparent = parent::regclass then 'hot'
    when i.inhparent is null then 'apart'
    else 'cold' end
  from (select to_regclass(format('partitions.%I', week_partition(parent, first_day))) as oid) c
  left join pg_inherits i on i.inhrelid = c.oid
$$;

-- The cold table gets the columns that the hot one has by now. While it is empty it is simply made anew.
create function align_cold(parent text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  cold regclass := (parent || '_cold')::regclass;
  missing record;
begin
  if not exists (
    select from (select attname, atttypid, attnotnull from pg_attribute where attrelid = parent::regclass and attnum > 0 and not attisdropped) h
    full join (select attname, atttypid, attnotnull from pg_attribute where attrelid = cold and attnum > 0 and not attisdropped) c using (attname)
    where (h.atttypid, h.attnotnull) is distinct from (c.atttypid, c.attnotnull))
  then return; end if;
  if not exists (select from pg_inherits where inhparent = cold) then
    execute format('drop table %s', cold);
    perform make_cold(parent);
    return;
  end if;
  for missing in
    select a.attname, format_type(a.atttypid, a.atttypmod) as type, pg_get_expr(d.adbin, d.adrelid) as default_value, a.attnotnull
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = parent::regclass and a.attnum > 0 and not a.attisdropped
      and not exists (select from pg_attribute c where c.attrelid = cold and c.attname = a.attname)
  loop
    execute format('alter table %s add column %I %s%s%s', cold, missing.attname, missing.type,
      coalesce(' default ' || missing.default_value, ''), case when missing.attnotnull then ' not null' else '' end);
  end loop;
end $$;

-- Before a week leaves: says of its partition what its bounds are, so that the cold table need not read it to believe them.
create function bound_week(parent text, first_day timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
declare
  child text := week_partition(parent, first_day);
begin
  perform align_cold(parent);
  if week_place(parent, first_day) not in ('hot', 'apart') then return; end if;
  if exists (select from pg_constraint where conrelid = format('partitions.%I', child)::regclass and conname = 'in_its_week') then return; end if;
  execute format('alter table partitions.%I add constraint in_its_week check (%2$I >= %3$L and %2$I < %4$L) not valid', child,
    case parent when 'callback_receipt' then 'received_at' else 'created_at' end, first_day, first_day + interval '7 days');
end $$;

-- Reads the whole week, and holds up nobody who reads or writes.
create function prove_bounds(parent text, first_day timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
begin
  if week_place(parent, first_day) in ('hot', 'apart') then
    execute format('alter table partitions.%I validate constraint in_its_week', week_partition(parent, first_day));
  end if;
end $$;

-- Moves a week's partition from the hot table to the cold one. Plain DETACH, because CONCURRENTLY can run neither in a function
-- nor by a role that does not own the table: it locks the hot table, for some milliseconds, and gives up after 100 ms of waiting.
-- Under that lock it looks once more that nothing of the week is open: what was looked at before may have been taken up again.
create function detach_week(parent text, first_day timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
declare
  child text := week_partition(parent, first_day);
  place text := week_place(parent, first_day);
  open boolean;
begin
  if place in ('none', 'cold') then return; end if;
  if not exists (select from archive_week where starts_at = first_day and state = 'detaching') then
    raise exception 'the week of % is not to be detached', first_day using errcode = 'PA001';
  end if;
  if place = 'hot' then
    execute format('alter table public.%I detach partition partitions.%I', parent, child);
    if parent = 'message' then
      execute format('select exists (select from partitions.%I where recorded_at is null)', child) into open;
      if open then raise exception 'a message of the week of % is open again', first_day using errcode = 'PA002'; end if;
    end if;
  end if;
  execute format('alter table public.%I attach partition partitions.%I for values from (%L) to (%L)', parent || '_cold', child, first_day,
    first_day + interval '7 days');
end $$;

-- Drops a week's partition, where the archive has it: all its files proved and its manifest known. Nothing else can.
create function drop_week(parent text, first_day timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
begin
  if week_place(parent, first_day) = 'none' then return; end if;
  if week_place(parent, first_day) = 'hot' or not exists (
    select from archive_week w join archive_file f using (week, generation)
    where w.starts_at = first_day and w.state in ('archived', 'restoring') and f.table_name = parent and f.proved_at is not null)
  then
    raise exception 'the week of % is not proved stored: % is kept', first_day, parent using errcode = 'PA003';
  end if;
  execute format('drop table partitions.%I', week_partition(parent, first_day));
end $$;

-- A partition for a week that is to be restored; it stands apart until all its rows are in it.
create function remake_week(parent text, first_day timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
declare
  child text := week_partition(parent, first_day);
begin
  if not exists (select from archive_week where starts_at = first_day and state = 'restoring') then
    raise exception 'the week of % is not being restored', first_day using errcode = 'PA001';
  end if;
  perform align_cold(parent);
  execute format('create table partitions.%I (like public.%I including all) partition by hash (workspace_id)', child, parent);
  for remainder in 0..3 loop
    execute format('create table partitions.%I partition of partitions.%I for values with (modulus 4, remainder %s)', child || '_h' || remainder, child, remainder);
  end loop;
  perform bound_week(parent, first_day);
  perform prove_bounds(parent, first_day);
end $$;

-- Rows of a week that is being restored, as JSON; columns that the archive does not name get their defaults.
create function load_week(parent text, first_day timestamptz, columns text[], rows jsonb) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  names text := (select string_agg(format('%I', name), ', ') from unnest(columns) as name);
  loaded integer;
begin
  if week_place(parent, first_day) <> 'apart' or not exists (select from archive_week where starts_at = first_day and state = 'restoring') then
    raise exception 'the week of % is not being restored', first_day using errcode = 'PA001';
  end if;
  execute format('insert into partitions.%1$I (%2$s) select %2$s from jsonb_populate_recordset(null::public.%3$I, $1)', week_partition(parent, first_day), names, parent)
    using rows;
  get diagnostics loaded = row_count;
  return loaded;
end $$;

create function attach_restored(parent text, first_day timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
begin
  if week_place(parent, first_day) = 'apart' and exists (select from archive_week where starts_at = first_day and state = 'restoring') then
    execute format('alter table public.%I attach partition partitions.%I for values from (%L) to (%L)', parent || '_cold',
      week_partition(parent, first_day), first_day, first_day + interval '7 days');
  end if;
end $$;

-- Weeks that have partitions in the hot tables.
create function hot_weeks() returns table (first_day timestamptz)
language sql stable security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
  select distinct to_date(substring(c.relname from '\d{4}w\d{2}$'), 'IYYY"w"IW')::timestamptz
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent in ('message'::regclass, 'message_event'::regclass, 'send_attempt'::regclass, 'callback_receipt'::regclass)
    and c.relname ~ '\d{4}w\d{2}$'
$$;

do $$
declare name text;
begin
  revoke all on function make_cold(text), align_cold(text) from public;
  foreach name in array array['week_place(text, timestamptz)', 'bound_week(text, timestamptz)', 'prove_bounds(text, timestamptz)',
    'detach_week(text, timestamptz)', 'drop_week(text, timestamptz)', 'remake_week(text, timestamptz)',
    'load_week(text, timestamptz, text[], jsonb)', 'attach_restored(text, timestamptz)', 'hot_weeks()'] loop
    execute format('revoke all on function %s from public', name);
    execute format('grant execute on function %s to maintenance', name);
  end loop;
end $$;

-- How long a workspace's messages are kept, and whether nothing of it may be removed. Null: for as long as the archive lasts.
alter table workspace
  add column message_days integer check (message_days between 1 and 3650),
  add column legal_hold boolean not null default false;

create or replace function configuration_of(of_workspace uuid) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_object(
    'limits', jsonb_build_object('ratePerSecond', w.rate_per_second, 'burst', w.burst, 'cooldownMs', w.cooldown_ms, 'countBy', w.count_by),
    'senderLimits', (select coalesce(jsonb_object_agg(s.id, jsonb_build_object('ratePerSecond', s.rate_per_second, 'burst', s.burst)), '{}')
      from sender s where s.workspace_id = w.id and s.rate_per_second is not null),
    'errorPolicy', w.error_policy,
    'routes', w.routes,
    'doubt', jsonb_build_object('policy', w.ambiguous_policy),
    'retention', jsonb_build_object('messageDays', w.message_days, 'legalHold', w.legal_hold))
  from workspace w where w.id = of_workspace
$$;
drop trigger keep_configuration_version on workspace;
create constraint trigger keep_configuration_version
  after insert or update of rate_per_second, burst, cooldown_ms, count_by, error_policy, ambiguous_policy, routes, message_days, legal_hold on workspace
  deferrable initially deferred for each row execute function keep_configuration_version();

-- What is kept no longer is removed by the role that sees all.
grant delete on message, message_event, send_attempt, callback_receipt, message_key, provider_reference to maintenance;

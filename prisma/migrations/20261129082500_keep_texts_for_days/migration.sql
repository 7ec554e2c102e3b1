-- Texts that are gone before their messages: a workspace may keep them for fewer days.
set local lock_timeout = '3s';

alter table workspace add column content_days integer check (content_days between 1 and 365);

-- When a message's text was removed because its workspace keeps texts no longer, and for how many days it did.
alter table message add column content_removed_at timestamptz(3), add column content_kept_days smallint;
select align_cold('message');

-- How far the removal has come in the messages of a workspace, in the order in which they were stored.
create table content_removal (
  workspace_id uuid primary key references workspace (id),
  created_at timestamptz(3) not null,
  message_id uuid not null
);

-- What it has passed by, because that had not ended: looked at again until it has.
create table content_kept (
  workspace_id uuid not null references workspace (id),
  created_at timestamptz(3) not null,
  message_id uuid not null,
  primary key (workspace_id, created_at, message_id)
);

grant select on content_removal, content_kept to app;
grant select, insert, update on content_removal to maintenance;
grant select, insert, delete on content_kept to maintenance;
do $$
declare name text;
begin
  foreach name in array array['content_removal', 'content_kept'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy one_workspace on %I to app using (workspace_id = nullif(current_setting(''app.ws'', true), '''')::uuid)', name);
    execute format('create policy all_workspaces on %I to maintenance using (true)', name);
  end loop;
end $$;

-- A setting like any other, with its versions.
do $$
declare
  made text := pg_get_functiondef('configuration_of(uuid)'::regprocedure);
  changed text := replace(made, $old$'messageDays', w.message_days,$old$, $new$'messageDays', w.message_days, 'contentDays', w.content_days,$new$);
begin
  if changed = made then raise exception 'configuration_of is not as it was: it has no place for contentDays'; end if;
  execute changed;
end $$;
create constraint trigger keep_configuration_version_of_texts
  after update of content_days on workspace
  deferrable initially deferred for each row execute function keep_configuration_version();

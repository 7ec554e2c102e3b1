-- The keys of contacts, in a database of their own: its backups are kept for days, so that an erased contact is not brought
-- back by those of the messages (docs/adr/0015). The roles are those of the main database.
do $$
declare name text;
begin
  foreach name in array array['app', 'ingest', 'maintenance'] loop
    begin
      execute format('create role %I nologin noinherit', name);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
end $$;
grant ingest to app;

create table contact_key (
  workspace_id uuid not null,
  contact_id uuid not null,
  -- 32 random bytes, sealed under a key that derives from the workspace's.
  wrapped_key bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, contact_id)
);

-- The journal of erasures: only added to. After a restore it says which keys must not come back.
create table erasure (
  workspace_id uuid not null,
  contact_id uuid not null,
  erased_at timestamptz(3) not null default date_trunc('milliseconds', now()),
  primary key (workspace_id, contact_id, erased_at)
);

grant usage on schema public to app, ingest, maintenance;
grant select, insert, delete on contact_key to ingest;
grant select, insert, delete on contact_key to maintenance;
grant select, insert on erasure to ingest, maintenance;

do $$
declare
  name text;
begin
  foreach name in array array['contact_key', 'erasure'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy named_workspaces on %I to ingest using (workspace_id = any ((select string_to_array(nullif(current_setting(''app.ws'', true), ''''), '','')::uuid[])::uuid[]))', name);
    execute format('create policy all_workspaces on %I to maintenance using (true)', name);
  end loop;
end $$;

-- Whoever holds the key of an erased contact in memory drops it at once.
create function tell_of_erasure() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_notify('contact_erased', old.workspace_id || '/' || old.contact_id);
  return null;
end $$;
create trigger tell_of_erasure after delete on contact_key for each row execute function tell_of_erasure();

-- Contacts that were erased: the journal from which an erasure goes on after a crash, and is done again after a restore.
set local lock_timeout = '3s';

create table erasure (
  workspace_id uuid not null references workspace (id),
  contact_id uuid not null,
  erased_at timestamptz(3) not null,
  actor text not null,
  -- Messages that were taken out of the queue by it.
  canceled integer not null default 0,
  -- When nothing is left of what was there: rows, and histories of workflows.
  finished_at timestamptz(3),
  primary key (workspace_id, contact_id, erased_at)
);
create index erasure_unfinished on erasure (erased_at) where finished_at is null;

grant select on erasure to app;
grant select, insert on erasure to ingest;
grant select, insert, update on erasure to maintenance;
alter table erasure enable row level security;
alter table erasure force row level security;
create policy one_workspace on erasure to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy named_workspaces on erasure to ingest
  using (workspace_id = any ((select string_to_array(nullif(current_setting('app.ws', true), ''), ',')::uuid[])::uuid[]));
create policy all_workspaces on erasure to maintenance using (true);

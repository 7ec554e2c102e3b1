-- Where the state of single messages is told to URLs that were given with them, as programs written for Twilio do.
set local lock_timeout = '3s';

-- An endpoint of the second kind stands for all such URLs of one origin, which is its url. Its own secret signs nothing.
alter table webhook_endpoint
  add column kind text not null default 'events' check (kind in ('events', 'statusCallbacks')),
  alter column secret drop not null;
create unique index webhook_endpoint_of_origin on webhook_endpoint (workspace_id, url) where kind = 'statusCallbacks';
-- Who accepts messages remembers them with the workspace.
create trigger tell_settings_changed after insert or delete on webhook_endpoint for each row execute function tell_settings_changed();

-- The URL of a message, sealed under its contact's key, since it may say whom it is about. Written before the message is.
create table status_callback (
  workspace_id uuid not null references workspace (id),
  message_id uuid not null,
  endpoint_id uuid not null,
  contact_id uuid not null,
  contents bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, message_id)
);
create index status_callback_age on status_callback (created_at);

grant select on status_callback to app;
grant select, insert on status_callback to ingest;
grant select, delete on status_callback to maintenance;
alter table status_callback enable row level security;
alter table status_callback force row level security;
create policy one_workspace on status_callback to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy named_workspaces on status_callback to ingest
  using (workspace_id = any ((select string_to_array(nullif(current_setting('app.ws', true), ''), ',')::uuid[])::uuid[]));
create policy all_workspaces on status_callback to maintenance using (true);

-- The backup queue: messages that were accepted while Temporal was away and whose workflows are still to be started. The
-- messages themselves lie in their own table; here is only which, and in which order.
create table outbox (
  workspace_id uuid not null,
  message_id uuid not null,
  -- As Temporal's priority keys: the smallest is the most urgent.
  lane smallint not null,
  accepted_at timestamptz not null,
  -- A relay that takes a message has it until then; one that dies loses it to the next.
  claimed_until timestamptz not null default '-infinity',
  primary key (workspace_id, message_id)
);
create index outbox_order on outbox (lane, accepted_at);

grant insert, select on outbox to ingest;
grant select on outbox to app;
grant select, update, delete on outbox to maintenance;
alter table outbox enable row level security;
alter table outbox force row level security;
create policy one_workspace on outbox to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy named_workspaces on outbox to ingest
  using (workspace_id = any ((select string_to_array(nullif(current_setting('app.ws', true), ''), ',')::uuid[])::uuid[]));
create policy all_workspaces on outbox to maintenance using (true);

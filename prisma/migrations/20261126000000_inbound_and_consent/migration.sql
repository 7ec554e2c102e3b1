-- Messages that come in, and who does not want to be written to.

-- A number of the account that is no sender of the workspace can be written to as well: that message is kept with the number.
alter table message
  alter column sender_id drop not null,
  add column unknown_sender text,
  -- What an inbound message says of consent, and how many messages that stopped.
  add column consent jsonb,
  add constraint message_sender check (sender_id is not null or (direction = 'inbound' and unknown_sender is not null));
alter table message_event add column consent jsonb;

-- Inbound messages that no workflow has taken up yet; usually there are none. By columns that never change: one that does
-- would cost every update of every message an entry in all indexes.
create index message_untaken on message (workspace_id, created_at) where recorded_at is null and direction = 'inbound';

-- Who may not be written to. Keyed by number, not by contact: somebody who was never written to can opt out too. The
-- workspace of zeros means all workspaces.
create table suppression (
  workspace_id uuid not null,
  phone_number text not null,
  -- 'all', or the category of messages that is stopped. No null: it is part of the key.
  topic text not null check (topic in ('all', 'marketing')),
  id uuid not null,
  -- In review a person decides whether it was meant; until then it stops as an active one does.
  state text not null check (state in ('active', 'review')),
  source text not null check (source in ('message', 'provider', 'api', 'operator')),
  -- The words or the code that it rests on, or the reason that was given.
  evidence text not null default '',
  actor text not null,
  -- The message that said so: one that came in, or one that the provider refused.
  message_id uuid,
  -- Messages that were taken out of the queue when it was made, or made again.
  stopped integer not null default 0,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, phone_number, topic)
);
create index suppression_recent on suppression (workspace_id, created_at desc, id desc);
create index suppression_review on suppression (workspace_id, created_at desc, id desc) where state = 'review';

grant select, insert, update, delete on suppression to ingest, maintenance;
grant select on suppression to app;
grant insert on audit_event to ingest;

alter table suppression enable row level security;
alter table suppression force row level security;
create policy one_workspace on suppression to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy named_workspaces on suppression to ingest
  using (workspace_id = any ((select string_to_array(nullif(current_setting('app.ws', true), ''), ',')::uuid[])::uuid[]));
create policy all_workspaces on suppression to maintenance using (true);
-- What holds for all is seen by every workspace, and changed by none.
create policy for_all on suppression for select to app, ingest
  using (workspace_id = '00000000-0000-0000-0000-000000000000' and nullif(current_setting('app.ws', true), '') is not null);
create policy named_workspaces on audit_event for insert to ingest
  with check (workspace_id = any ((select string_to_array(nullif(current_setting('app.ws', true), ''), ',')::uuid[])::uuid[]));

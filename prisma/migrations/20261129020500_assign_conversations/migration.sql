-- Conversations as a team works on them: who has one, whether it is done with, what nobody has read, and by what it is found.
set local lock_timeout = '3s';

alter table contact
  add column assignee_id uuid,
  -- Null while it is open. A message that comes in opens it again.
  add column closed_at timestamptz(3),
  -- The newest event of a message that came in, and up to which event the team has read.
  add column inbound_seq bigint not null default 0,
  add column read_seq bigint not null default 0,
  -- Whether what it is found by is in contact_term. What was stored before is gathered after this.
  add column searchable boolean not null default false;

-- Whoever leaves the workspace has no conversation any more. Nobody had one before, so there is nothing to be checked.
alter table contact add constraint contact_assignee foreign key (workspace_id, assignee_id)
  references membership (workspace_id, person_id) on delete set null (assignee_id) not valid;

create index contact_open on contact (workspace_id, last_message_at desc, id desc) where closed_at is null and last_message_at is not null;
create index contact_closed on contact (workspace_id, last_message_at desc, id desc) where closed_at is not null and last_message_at is not null;
create index contact_assigned on contact (workspace_id, assignee_id, last_message_at desc, id desc) where assignee_id is not null;
create index contact_unread on contact (workspace_id, last_message_at desc, id desc) where inbound_seq > read_seq and last_message_at is not null;
create index contact_unsearchable on contact (workspace_id, id) where not searchable and (contents is not null or phone_number is not null);

-- What a contact is found by: beginnings of the words of its name and of its number, each as 64 bits of an HMAC under a key of the
-- workspace. Numbers and names stay sealed.
create table contact_term (
  workspace_id uuid not null,
  contact_id uuid not null,
  term bigint not null,
  primary key (workspace_id, contact_id, term)
);
create index contact_term_search on contact_term (workspace_id, term, contact_id);

grant select on contact_term to app;
grant select, insert, delete on contact_term to maintenance;
alter table contact_term enable row level security;
alter table contact_term force row level security;
create policy one_workspace on contact_term to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy all_workspaces on contact_term to maintenance using (true);

-- Limits by segment and by sender, cooldowns, and who changed what.

alter table workspace
  add column count_by text not null default 'message' check (count_by in ('message', 'segment')),
  add column cooldown_until timestamptz(3);

-- Null: no limit of its own, only the workspace's.
alter table sender
  add column rate_per_second integer check (rate_per_second between 1 and 1000),
  add column burst integer check (burst between 1 and 10000),
  add column cooldown_until timestamptz(3);

-- Written with the change it tells of, and never changed afterwards.
create table audit_event (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  at timestamptz(3) not null default now(),
  actor text not null,
  action text not null,
  details jsonb not null default '{}',
  primary key (workspace_id, id)
);

grant select, insert on audit_event to app, maintenance;

alter table audit_event enable row level security;
alter table audit_event force row level security;
create policy one_workspace on audit_event to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy all_workspaces on audit_event to maintenance using (true);

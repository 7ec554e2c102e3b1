-- Where customers hear of what happens, and what people are told of.

create table webhook_endpoint (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  url text not null,
  description text not null default '',
  event_types text[] not null,
  -- Envelope text under the workspace's key. The one before stays valid for a while after a rotation.
  secret text not null,
  previous_secret text,
  previous_secret_until timestamptz(3),
  enabled boolean not null default true,
  disabled_reason text,
  -- Since when every attempt has failed; null while they succeed.
  failing_since timestamptz(3),
  -- Nothing is sent before this time: attempts become rarer the longer they fail.
  paused_until timestamptz(3),
  -- The newest event of the workspace that was looked at for this endpoint, and its time, which says where to look on.
  cursor_seq bigint not null,
  cursor_at timestamptz(3) not null default now(),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id)
) with (fillfactor = 75);

-- One event for one endpoint. Its id is the webhook-id, the same at every attempt.
create table webhook_delivery (
  workspace_id uuid not null,
  id uuid not null default gen_random_uuid(),
  endpoint_id uuid not null,
  type text not null,
  occurred_at timestamptz(3) not null default now(),
  -- The number of the message event that it is about; null where it is about something else.
  seq bigint,
  data jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'skipped')),
  attempts integer not null default 0,
  -- When it is to be tried next; null once it has ended.
  due_at timestamptz(3) default now(),
  last_attempt_at timestamptz(3),
  response_status integer,
  error text,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, endpoint_id, seq),
  foreign key (workspace_id, endpoint_id) references webhook_endpoint (workspace_id, id) on delete cascade
) with (fillfactor = 85);
create index webhook_delivery_due on webhook_delivery (workspace_id, endpoint_id, due_at, seq) where status = 'pending';
create index webhook_delivery_recent on webhook_delivery (workspace_id, endpoint_id, occurred_at desc, id desc);
create index webhook_delivery_age on webhook_delivery (created_at);

create table notification (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  kind text not null,
  -- What it is about within its kind: an error code, an endpoint, a sender.
  subject text not null,
  severity text not null check (severity in ('info', 'warning', 'error')),
  audience text not null check (audience in ('workspace', 'operator')),
  summary text not null,
  details jsonb not null default '{}',
  count integer not null default 1,
  first_at timestamptz(3) not null default now(),
  last_at timestamptz(3) not null default now(),
  read_at timestamptz(3),
  -- Nothing is added to it any more: it was read, or nothing was added for a while.
  closed_at timestamptz(3),
  changed_at timestamptz(3) not null default now(),
  primary key (workspace_id, id)
) with (fillfactor = 75);
-- A storm is one notification: what is like it is counted there while it is open.
create unique index notification_open on notification (workspace_id, kind, subject) where closed_at is null;
create index notification_recent on notification (workspace_id, first_at desc, id desc);
create index notification_unread on notification (workspace_id, first_at desc, id desc) where read_at is null;
-- Whoever shows them looks here for whether something is new.
create index notification_changed on notification (workspace_id, changed_at);

-- Raises a notification, or counts it in the one that is open, within the caller's transaction. What the workspace has decided
-- about errors of this class says who is told; nobody: nothing is stored. Who wants webhooks hears of a new one.
create function raise_notification(of_workspace uuid, new_id uuid, of_kind text, of_subject text, its_severity text, its_audience text,
  error_class text, its_summary text, its_details jsonb, times integer, quiet_ms integer) returns boolean
language plpgsql set search_path = public, pg_temp as $$
declare
  told text := coalesce((select w.error_policy -> error_class ->> 'notify' from workspace w where w.id = of_workspace), its_audience);
  raised notification;
begin
  if told = 'nobody' then return false; end if;
  update notification n set closed_at = now()
  where n.workspace_id = of_workspace and n.kind = of_kind and n.subject = of_subject and n.closed_at is null
    and n.last_at < now() - quiet_ms * interval '1 millisecond';
  insert into notification as n (workspace_id, id, kind, subject, severity, audience, summary, details, count)
  values (of_workspace, new_id, of_kind, of_subject, its_severity, told, its_summary, its_details, times)
  on conflict (workspace_id, kind, subject) where closed_at is null do update set count = n.count + excluded.count, last_at = now(),
    changed_at = now(), severity = excluded.severity, audience = excluded.audience, summary = excluded.summary, details = excluded.details
  returning * into raised;
  if raised.id = new_id then
    insert into webhook_delivery (workspace_id, endpoint_id, type, data)
    select e.workspace_id, e.id, 'notification.created', jsonb_build_object('id', new_id)
    from webhook_endpoint e where e.workspace_id = of_workspace and 'notification.created' = any (e.event_types);
  end if;
  return true;
end $$;

-- Rights ------------------------------------------------------------------------------------------------------------

grant select, insert, update, delete on webhook_endpoint, webhook_delivery to app, maintenance;
grant select, insert, update on notification to app, ingest, maintenance;
-- A change of consent, and a notification, are announced in the transaction that makes them.
grant select on webhook_endpoint to ingest;
grant insert on webhook_delivery to ingest;
revoke all on function raise_notification(uuid, uuid, text, text, text, text, text, text, jsonb, integer, integer) from public;
grant execute on function raise_notification(uuid, uuid, text, text, text, text, text, text, jsonb, integer, integer) to app, ingest, maintenance;

do $$
declare
  name text;
begin
  foreach name in array array['webhook_endpoint', 'webhook_delivery', 'notification'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy one_workspace on %I to app using (workspace_id = nullif(current_setting(''app.ws'', true), '''')::uuid)', name);
    execute format('create policy named_workspaces on %I to ingest using (workspace_id = any ((select string_to_array(nullif(current_setting(''app.ws'', true), ''''), '','')::uuid[])::uuid[]))', name);
    execute format('create policy all_workspaces on %I to maintenance using (true)', name);
  end loop;
end $$;

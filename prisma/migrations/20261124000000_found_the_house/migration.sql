-- Roles. `app` serves one workspace a transaction, `ingest` a batch that names its workspaces, `maintenance` sees all
-- (sweeper, relay, poller, seeding). None owns anything; the owner is whoever runs the migrations.
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
-- app may step into ingest (set local role), but has none of its rights by itself.
grant ingest to app;

-- Partitions live apart: nobody but the owner may even look into their schema, so row-level security on the parents can't be walked around.
create schema partitions;

-- Settings ----------------------------------------------------------------------------------------------------------

create table workspace (
  id uuid primary key,
  name text not null,
  -- 32 random bytes under the master key (envelope text); ids, callback signatures and secrets of the workspace derive from it.
  wrapped_key text not null,
  rate_per_second integer not null default 10 check (rate_per_second between 1 and 1000),
  burst integer not null default 50 check (burst between 1 and 10000),
  cooldown_ms integer not null default 60000 check (cooldown_ms between 0 and 3600000),
  -- Grows with each change of the limits: a send token of an older epoch is void in the attempt transaction.
  limits_epoch integer not null default 1,
  ambiguous_policy text not null default 'prefer-no-duplicate' check (ambiguous_policy in ('prefer-no-duplicate', 'prefer-delivery')),
  created_at timestamptz(3) not null default now()
);

create table api_key (
  workspace_id uuid not null references workspace (id),
  id text not null,
  name text not null,
  secret_sha256 bytea not null,
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (workspace_id, id)
);

create table provider_account (
  workspace_id uuid not null references workspace (id),
  provider text not null,
  account_sid text not null,
  -- Envelope text under the workspace's key.
  auth_token text not null,
  primary key (workspace_id, provider)
);

create table sender (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  phone_number text not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, phone_number)
);

-- A contact is one number of one workspace and owns one conversation: its id is a keyed hash of the number.
create table contact (
  workspace_id uuid not null,
  id uuid not null,
  phone_number text not null,
  name text,
  created_at timestamptz(3) not null default now(),
  last_message_at timestamptz(3),
  -- The newest event of the conversation, and the one before it: kept here so that each event can name its predecessor.
  last_seq bigint not null default 0,
  prev_seq bigint not null default 0,
  primary key (workspace_id, id)
) with (fillfactor = 80);
create index contact_recent on contact (workspace_id, last_message_at desc, id desc) where last_message_at is not null;

-- The number of the newest event of a workspace. Taken last and in order of workspace, so that events are gap-free and batches don't deadlock.
create table workspace_sequence (
  workspace_id uuid primary key,
  last_seq bigint not null
) with (fillfactor = 50);

-- Messages ----------------------------------------------------------------------------------------------------------

-- Which message an id (or an idempotency key, which is the id's origin) means, and in which partition it lies.
create table message_key (
  workspace_id uuid not null,
  message_id uuid not null,
  created_at timestamptz(3) not null,
  payload_sha256 bytea not null,
  primary key (workspace_id, message_id)
) partition by hash (workspace_id);

create table message (
  workspace_id uuid not null,
  created_at timestamptz(3) not null,
  id uuid not null,
  contact_id uuid not null,
  sender_id uuid not null,
  direction text not null default 'outbound' check (direction in ('outbound', 'inbound')),
  priority text not null default 'normal' check (priority in ('high', 'normal', 'bulk')),
  body text not null,
  media_urls text[] not null default '{}',
  metadata jsonb not null default '{}',
  encoding text not null,
  segments smallint not null,
  status text not null,
  generation integer not null default 1,
  attempt integer not null default 0,
  provider_message_id text,
  error_code text,
  error_message text,
  valid_until timestamptz(3),
  updated_at timestamptz(3) not null,
  -- When the workflow recorded the outcome; until then the message is open.
  recorded_at timestamptz(3),
  primary key (workspace_id, created_at, id)
) partition by range (created_at);
create index message_conversation on message (workspace_id, contact_id, created_at desc, id desc);
create index message_open on message (workspace_id, created_at) where recorded_at is null;

create table message_event (
  workspace_id uuid not null,
  seq bigint not null,
  prev_seq bigint not null,
  created_at timestamptz(3) not null,
  message_id uuid not null,
  contact_id uuid not null,
  direction text not null,
  status text not null,
  attempt integer not null,
  provider_message_id text,
  error_code text,
  error_message text,
  primary key (workspace_id, seq, created_at)
) partition by range (created_at);
create index message_event_message on message_event (workspace_id, message_id, seq);

-- One row before each request to a provider; only its inserter may send. At most one attempt of a message is in doubt.
create table send_attempt (
  workspace_id uuid not null,
  created_at timestamptz(3) not null, -- the message's, so that both lie in partitions of the same week
  message_id uuid not null,
  attempt integer not null,
  token uuid not null,
  status text not null,
  provider text not null,
  contact_id uuid not null,
  sender_id uuid not null,
  started_at timestamptz(3) not null,
  -- After it no byte of this attempt may leave any more.
  deadline_at timestamptz(3) not null,
  provider_message_id text,
  error_code text,
  error_message text,
  evidence text,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, created_at, message_id, attempt)
) partition by range (created_at);
create unique index send_attempt_in_doubt on send_attempt (workspace_id, created_at, message_id) where status in ('dispatching', 'uncertain');

create table provider_reference (
  workspace_id uuid not null,
  provider text not null,
  provider_message_id text not null,
  message_id uuid not null,
  message_created_at timestamptz(3) not null,
  attempt integer not null,
  primary key (workspace_id, provider, provider_message_id)
) partition by hash (workspace_id);

-- What providers told us, as they told it. Appended before anything else happens.
create table callback_receipt (
  workspace_id uuid not null,
  received_at timestamptz(3) not null,
  id uuid not null,
  message_id uuid not null,
  attempt integer not null,
  provider_message_id text not null,
  status text not null,
  raw jsonb not null,
  primary key (workspace_id, message_id, received_at, id)
) partition by range (received_at);

-- Partitions --------------------------------------------------------------------------------------------------------

do $$
declare parent text; remainder integer;
begin
  foreach parent in array array['message_key', 'provider_reference'] loop
    for remainder in 0..7 loop
      execute format('create table partitions.%I partition of %I for values with (modulus 8, remainder %s)',
        parent || '_h' || remainder, parent, remainder);
    end loop;
  end loop;
end $$;

-- Makes sure that the week of `moment` (UTC, from Monday) has its partitions; true where it made any. The new table is
-- built apart and attached, which locks the parent against other DDL only: sending goes on.
create function ensure_week(moment timestamptz) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  first_day timestamptz := date_trunc('week', moment at time zone 'UTC') at time zone 'UTC';
  next_week timestamptz := first_day + interval '7 days';
  parent text;
  child text;
  made boolean := false;
begin
  perform pg_advisory_xact_lock(hashtext('postrider.ensure_week'));
  foreach parent in array array['message', 'message_event', 'send_attempt', 'callback_receipt'] loop
    child := parent || '_' || to_char(first_day at time zone 'UTC', 'IYYY"w"IW');
    continue when to_regclass(format('partitions.%I', child)) is not null;
    execute format('create table partitions.%I (like public.%I including defaults including constraints) partition by hash (workspace_id)', child, parent);
    for remainder in 0..3 loop
      execute format('create table partitions.%I partition of partitions.%I for values with (modulus 4, remainder %s) with (fillfactor = %s)',
        child || '_h' || remainder, child, remainder, case when parent in ('message', 'send_attempt') then 75 else 100 end);
    end loop;
    execute format('alter table public.%I attach partition partitions.%I for values from (%L) to (%L)', parent, child, first_day, next_week);
    made := true;
  end loop;
  return made;
end $$;

create function ensure_weeks_ahead(weeks integer) returns integer
language sql security definer set search_path = public, pg_temp as $$
  select count(*) filter (where ensure_week(now() + week * interval '7 days'))::integer from generate_series(0, weeks) as week
$$;

select ensure_weeks_ahead(5);

-- Rights ------------------------------------------------------------------------------------------------------------

revoke all on function ensure_week(timestamptz), ensure_weeks_ahead(integer) from public;
grant execute on function ensure_week(timestamptz), ensure_weeks_ahead(integer) to app, ingest, maintenance;
grant usage on schema public to app, ingest, maintenance;

grant select, insert, update on workspace, api_key, provider_account, sender, contact, message_key, message, message_event,
  send_attempt, provider_reference, callback_receipt, workspace_sequence to maintenance;
grant select, update on workspace, api_key to app;
grant select on provider_account to app;
grant select, insert, update on sender, contact to app;
grant select on message_key, message, message_event, send_attempt, provider_reference, callback_receipt, workspace_sequence to app;
grant select on workspace to ingest;
grant select, insert, update on contact, message, send_attempt, workspace_sequence to ingest;
grant select, insert on message_key, message_event, provider_reference, callback_receipt to ingest;

do $$
declare
  name text;
  own text;
begin
  foreach name in array array['workspace', 'api_key', 'provider_account', 'sender', 'contact', 'workspace_sequence', 'message_key', 'message',
    'message_event', 'send_attempt', 'provider_reference', 'callback_receipt'] loop
    own := case name when 'workspace' then 'id' else 'workspace_id' end;
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    -- One workspace: no tenant set = no row.
    execute format('create policy one_workspace on %I to app using (%I = nullif(current_setting(''app.ws'', true), '''')::uuid)', name, own);
    -- A batch: exactly the workspaces it names. The sub-select is evaluated once a statement.
    execute format('create policy named_workspaces on %I to ingest using (%I = any ((select string_to_array(nullif(current_setting(''app.ws'', true), ''''), '','')::uuid[])::uuid[]))', name, own);
    execute format('create policy all_workspaces on %I to maintenance using (true)', name);
  end loop;
end $$;

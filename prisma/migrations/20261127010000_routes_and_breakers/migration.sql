-- By which provider a message leaves, how well each of them serves, and breakers.

-- Providers by country of the recipient: {"US": [{"provider": "twilio", "weight": 100, "order": 1}]}. Checked before it is stored.
alter table workspace add column routes jsonb not null default '{}' check (jsonb_typeof(routes) = 'object');

-- Where a number lives. Null, as older code leaves it: at the workspace's first account.
alter table sender add column provider text;
-- The owner, too, sees no row while row-level security is forced.
alter table sender no force row level security;
alter table provider_account no force row level security;
update sender s set provider = (select min(a.provider) from provider_account a where a.workspace_id = s.workspace_id);
alter table sender force row level security;
alter table provider_account force row level security;

-- True for a message whose sender nobody asked for: it may leave from a number of another provider.
alter table message add column routed boolean not null default false;

create table breaker (
  workspace_id uuid not null references workspace (id),
  scope text not null check (scope in ('account', 'sender')),
  -- The provider's name, or the sender's id.
  subject text not null,
  state text not null check (state in ('closed', 'open', 'halfOpen')),
  -- In a row, while it is closed; and how often in a row it opened.
  failures integer not null,
  opens integer not null,
  since timestamptz(3) not null,
  retry_at timestamptz(3) not null,
  -- The message that tries while it is half open.
  probe uuid,
  reason text not null,
  forced text check (forced in ('open', 'closed')),
  forced_until timestamptz(3),
  -- Grows with each change: whoever read an older one changes nothing. So one message tries, whichever process it is in.
  version integer not null,
  primary key (workspace_id, scope, subject),
  check ((forced is null) = (forced_until is null))
);

create table provider_health (
  workspace_id uuid not null references workspace (id),
  provider text not null,
  value double precision not null check (value between 0 and 1),
  at timestamptz(3) not null,
  version integer not null,
  primary key (workspace_id, provider)
) with (fillfactor = 50);

grant select, insert, update on breaker, provider_health to app, maintenance;

do $$
declare name text;
begin
  foreach name in array array['breaker', 'provider_health'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy one_workspace on %I to app using (workspace_id = nullif(current_setting(''app.ws'', true), '''')::uuid)', name);
    execute format('create policy all_workspaces on %I to maintenance using (true)', name);
  end loop;
end $$;

-- Every process knows a breaker as part of its workspace. Health changes all the time, and is read by who needs it.
create trigger tell_settings_changed after insert or update or delete on breaker for each row execute function tell_settings_changed();

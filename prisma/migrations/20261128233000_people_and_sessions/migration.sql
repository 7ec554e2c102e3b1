-- People: who they are, in which workspaces they are what, and how they are signed in.
set local lock_timeout = '3s';

-- A person may belong to several workspaces, so who signs in is looked up over all of them: by a role of its own, which sees
-- people and sessions and no messages. `app` sees the people of its workspace.
do $$
begin
  create role identity nologin noinherit;
exception when duplicate_object or unique_violation then null;
end $$;
-- Where another database of this cluster has done so already, an owner who is no superuser could not do it again.
do $$ begin
  if not pg_has_role('app', 'identity', 'member') then grant identity to app; end if;
end $$;

create table person (
  id uuid primary key,
  -- In lower case. Somebody who signs in with another's verified address is that person.
  email text not null unique check (email = lower(email)),
  -- Works in every workspace.
  operator boolean not null default false,
  disabled_at timestamptz(3),
  created_at timestamptz(3) not null default now()
);

-- How an OpenID provider knows a person. The first sign-in by a verified address makes it; from then on the address does not count.
create table person_identity (
  issuer text not null,
  subject text not null,
  person_id uuid not null references person (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  primary key (issuer, subject),
  unique (issuer, person_id)
);

create table membership (
  workspace_id uuid not null references workspace (id),
  person_id uuid not null references person (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer', 'auditor')),
  -- What this workspace calls the person: nothing of it is seen by another.
  name text not null default '',
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, person_id)
);
create index membership_person on membership (person_id);

-- One sign-in, with the refresh tokens that came of it: a family.
create table session (
  id uuid primary key,
  person_id uuid not null references person (id) on delete cascade,
  method text not null check (method in ('link', 'oidc')),
  -- A link that a workspace made opens that workspace alone, whatever else the person may.
  only_workspace uuid references workspace (id),
  created_at timestamptz(3) not null default now(),
  ends_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  revoked_for text
);
create index session_person on session (person_id);

-- Hashes only. A used one is kept for a while: whoever shows it again has stolen it, or was stolen from.
create table refresh_token (
  sha256 bytea primary key check (length(sha256) = 32),
  session_id uuid not null references session (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  used_at timestamptz(3)
);
create index refresh_token_session on refresh_token (session_id);

create table sign_in_link (
  sha256 bytea primary key check (length(sha256) = 32),
  person_id uuid not null references person (id) on delete cascade,
  only_workspace uuid references workspace (id),
  created_at timestamptz(3) not null default now(),
  ends_at timestamptz(3) not null,
  used_at timestamptz(3)
);
create index sign_in_link_person on sign_in_link (person_id);

-- Whoever keeps in memory what a person may do hears of a change at its commit, by the person's id.
create function tell_person_changed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  changed jsonb := to_jsonb(coalesce(new, old));
begin
  perform pg_notify('settings_changed', coalesce(changed ->> 'person_id', changed ->> 'id'));
  return null;
end $$;
create trigger tell_person_changed after delete or update of operator, disabled_at on person for each row execute function tell_person_changed();
create trigger tell_person_changed after insert or delete or update of role on membership for each row execute function tell_person_changed();
create trigger tell_person_changed after delete or update of revoked_at on session for each row execute function tell_person_changed();

-- Rights ------------------------------------------------------------------------------------------------------------

grant usage on schema public to identity;
grant select, insert, update, delete on person, person_identity, membership, session, refresh_token, sign_in_link to identity;
grant insert on audit_event to identity;
-- A change of members locks the workspace's row, so that one owner is left whoever else goes at the same time.
grant select, update (name) on workspace to identity;
grant select on person, membership to app;

do $$
declare
  name text;
begin
  foreach name in array array['person', 'person_identity', 'membership', 'session', 'refresh_token', 'sign_in_link'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy all_people on %I to identity using (true)', name);
  end loop;
end $$;
create policy one_workspace on membership for select to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy one_workspace on person for select to app
  using (exists (select 1 from membership m where m.person_id = person.id and m.workspace_id = nullif(current_setting('app.ws', true), '')::uuid));
create policy who_signs_in on audit_event for insert to identity with check (true);
create policy all_workspaces_for_identity on workspace to identity using (true);

-- What a workspace is set to, as it was after each change: who changed it, why, and so the way back.

-- Everything that people set of a workspace, by section and name, without secrets. What is written into each version, and
-- what an undo compares; a later migration replaces it when there is more to set.
create function configuration_of(of_workspace uuid) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_object(
    'limits', jsonb_build_object('ratePerSecond', w.rate_per_second, 'burst', w.burst, 'cooldownMs', w.cooldown_ms, 'countBy', w.count_by),
    'senderLimits', (select coalesce(jsonb_object_agg(s.id, jsonb_build_object('ratePerSecond', s.rate_per_second, 'burst', s.burst)), '{}')
      from sender s where s.workspace_id = w.id and s.rate_per_second is not null),
    'errorPolicy', w.error_policy,
    'routes', w.routes,
    'doubt', jsonb_build_object('policy', w.ambiguous_policy))
  from workspace w where w.id = of_workspace
$$;

create table configuration_version (
  workspace_id uuid not null references workspace (id),
  version integer not null,
  at timestamptz(3) not null default now(),
  actor text not null,
  reason text,
  -- The version that this one undid, or went back to.
  undoes integer,
  configuration jsonb not null,
  primary key (workspace_id, version)
);

grant select, insert on configuration_version to app, maintenance;

alter table configuration_version enable row level security;
alter table configuration_version force row level security;
create policy one_workspace on configuration_version to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy all_workspaces on configuration_version to maintenance using (true);

-- At the end of the transaction, so that one change is one version however many rows it touches, and in one place, so that no
-- statement can forget it. Who changes something names himself in app.actor.
create function keep_configuration_version() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  row_changed jsonb := to_jsonb(coalesce(new, old));
  ws uuid := case tg_table_name when 'workspace' then row_changed ->> 'id' else row_changed ->> 'workspace_id' end;
  newest configuration_version;
  document jsonb;
begin
  -- One after the other: the second sees what the first has written.
  perform from workspace where id = ws for no key update;
  document := configuration_of(ws);
  select * into newest from configuration_version where workspace_id = ws order by version desc limit 1;
  if document is null or newest.configuration is not distinct from document then
    return null;
  end if;
  insert into configuration_version (workspace_id, version, actor, reason, undoes, configuration)
  values (ws, coalesce(newest.version, 0) + 1, coalesce(nullif(current_setting('app.actor', true), ''), 'system'),
    nullif(current_setting('app.reason', true), ''), nullif(current_setting('app.undoes', true), '')::integer, document);
  return null;
end $$;

create constraint trigger keep_configuration_version
  after insert or update of rate_per_second, burst, cooldown_ms, count_by, error_policy, ambiguous_policy, routes on workspace
  deferrable initially deferred for each row execute function keep_configuration_version();
create constraint trigger keep_configuration_version
  after delete or update of rate_per_second, burst on sender
  deferrable initially deferred for each row execute function keep_configuration_version();

-- The owner, too, sees no row while row-level security is forced.
alter table workspace no force row level security;
alter table sender no force row level security;
alter table configuration_version no force row level security;
insert into configuration_version (workspace_id, version, actor, configuration)
select id, 1, 'system', configuration_of(id) from workspace;
alter table workspace force row level security;
alter table sender force row level security;
alter table configuration_version force row level security;

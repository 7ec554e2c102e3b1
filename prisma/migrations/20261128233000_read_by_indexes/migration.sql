-- What reads the events of a conversation went through all of its workspace's. And the policy of role ingest was a condition
-- that an index can serve: where a batch names its rows by more than the workspace, Postgres took it for the better way in, and
-- looked into all partitions by hash. As a comparison of arrays it only filters, and the statement's own keys lead.
set local lock_timeout = '3s';

-- contract: this comes before the first release, and the table is small everywhere
create index message_event_conversation on message_event (workspace_id, contact_id, seq);

do $$
declare
  rule record;
begin
  for rule in select tablename, cmd from pg_policies where schemaname = 'public' and policyname = 'named_workspaces' and qual is not null loop
    execute format('alter policy named_workspaces on %I using (array[%I] <@ (select string_to_array(nullif(current_setting(''app.ws'', true), ''''), '','')::uuid[]))',
      rule.tablename, case rule.tablename when 'workspace' then 'id' else 'workspace_id' end);
  end loop;
end $$;

-- The audit as a chain: each entry's hash covers the one before it, so that whoever changes, removes or adds one afterwards
-- breaks it, also with all rights on this database.

-- Whoever writes the audit waits while this runs; nobody else.
set local lock_timeout = '3s';

-- The place of an entry in its workspace's chain. Apart from the entry, which is then never written a second time.
create table audit_link (
  workspace_id uuid not null,
  seq bigint not null check (seq > 0),
  event_id uuid not null,
  -- SHA-256 of the hash before it (32 zero bytes for the first) and the entry's text.
  hash bytea not null check (length(hash) = 32),
  primary key (workspace_id, seq),
  unique (workspace_id, event_id)
);

-- Personal data has no place in the audit, whoever writes it: numbers keep their ends (as domain/maskNumber.ts does it),
-- addresses their host. A number begins with + in every place where the product has one.
create function without_personal_data(details jsonb) returns jsonb
language sql immutable set search_path = public, pg_temp as $$
  select regexp_replace(
      regexp_replace(
        regexp_replace(
          regexp_replace(details::text, '\+([1-9][0-9]{3})[0-9]{3,7}([0-9]{4})(?![0-9])', '+\1***\2', 'g'),
          '\+([1-9][0-9])[0-9]{4,6}([0-9]{2})(?![0-9])', '+\1***\2', 'g'),
        '\+([1-9])[0-9]{5,6}(?![0-9])', '+\1***', 'g'),
      '[[:alnum:]._%+-]+@([[:alnum:]-]+\.[[:alpha:]])', '***@\1', 'g')::jsonb
$$;

create function keep_audit_clean() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  new.details := without_personal_data(new.details);
  return new;
end $$;
create trigger keep_audit_clean before insert on audit_event for each row execute function keep_audit_clean();

-- What is hashed of an entry: JSON with its names in the order that Postgres gives them, times in UTC. Whoever verifies makes
-- it from the columns himself (storage/auditChain.ts), and does not trust this function.
create function audit_text(e audit_event, seq bigint) returns text
language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_object('seq', seq, 'workspaceId', e.workspace_id, 'id', e.id,
    'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'actor', e.actor, 'action', e.action,
    'details', e.details, 'messageId', e.message_id, 'idempotencyKey', e.idempotency_key)::text
$$;

create function link_audit_entry(entry audit_event) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  last audit_link;
  next_seq bigint;
begin
  select * into last from audit_link where workspace_id = entry.workspace_id order by seq desc limit 1;
  next_seq := coalesce(last.seq, 0) + 1;
  insert into audit_link (workspace_id, seq, event_id, hash)
  values (entry.workspace_id, next_seq, entry.id,
    sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || convert_to(audit_text(entry, next_seq), 'UTF8')));
end $$;

-- With the rights of the owner, so that nobody else can write a link. At the end of the transaction: the lock on the chain is
-- then the last that is taken, and the shortest.
create function chain_audit_entry() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('postrider.audit/' || new.workspace_id, 0));
  perform link_audit_entry(new);
  return null;
end $$;
create constraint trigger chain_audit_entry after insert on audit_event
  deferrable initially deferred for each row execute function chain_audit_entry();

create function refuse_change_of_audit() returns trigger
language plpgsql as $$
begin
  raise exception 'the audit is only added to: % of % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- What was there before is cleaned and chained, in the order in which it came. The owner, too, sees no row while row-level
-- security is forced.
alter table audit_event no force row level security;
update audit_event set details = without_personal_data(details) where details is distinct from without_personal_data(details);
do $$
declare
  entry audit_event;
begin
  for entry in select * from audit_event order by workspace_id, at, id loop
    perform link_audit_entry(entry);
  end loop;
end $$;
alter table audit_event force row level security;

create trigger refuse_change before update or delete on audit_event for each row execute function refuse_change_of_audit();
create trigger refuse_change before update or delete on audit_link for each row execute function refuse_change_of_audit();
create trigger refuse_emptying before truncate on audit_event for each statement execute function refuse_change_of_audit();
create trigger refuse_emptying before truncate on audit_link for each statement execute function refuse_change_of_audit();

-- Rights ------------------------------------------------------------------------------------------------------------

revoke all on function link_audit_entry(audit_event), chain_audit_entry() from public;
grant select on audit_link to app, maintenance;
revoke update, delete, truncate on audit_event from app, ingest, maintenance;

alter table audit_link enable row level security;
alter table audit_link force row level security;
create policy one_workspace on audit_link for select to app using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid);
create policy all_workspaces on audit_link for select to maintenance using (true);
-- For the function that runs as the owner.
create policy chain on audit_link to current_user using (true);

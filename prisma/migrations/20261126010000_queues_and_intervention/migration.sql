-- The queue of failed messages, and what people do by hand.

-- Since when a message waits for a person: it ended without arriving, or nobody knows. Null once it is on its way again,
-- has arrived after all, or was dismissed. Messages that ended before this column was there are not in the queue.
alter table message add column failed_at timestamptz(3);
-- A message that arrives never has a value here: it costs neither an entry nor, by its changes of state, a new one elsewhere.
create index message_failed on message (workspace_id, failed_at, id) where failed_at is not null;

-- The open messages in the order in which they are listed. Without the id in it Postgres takes the primary key where many are
-- open, and reads all that ended.
drop index message_open;
create index message_open on message (workspace_id, created_at, id) where recorded_at is null;

-- In one place, so that no statement that changes a state can forget it. The usual change of state does not call it.
create function keep_failed_at() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  new.failed_at := case
    when new.direction = 'outbound' and new.status in ('parked', 'unknown', 'failed', 'undelivered', 'expired')
      then date_trunc('milliseconds', now()) end;
  return new;
end $$;
create trigger keep_failed_at before update of status on message for each row
  when (old.status is distinct from new.status
    and (new.status in ('parked', 'unknown', 'failed', 'undelivered', 'expired') or old.failed_at is not null))
  execute function keep_failed_at();

-- What a person did to one message, found with it; and the key under which it was asked for, so that a repeat does nothing.
alter table audit_event add column message_id uuid, add column idempotency_key text;
create index audit_event_message on audit_event (workspace_id, message_id) where message_id is not null;
create unique index audit_event_once on audit_event (workspace_id, idempotency_key) where idempotency_key is not null;
-- Written with the change of state, which is made in this role.
grant insert on audit_event to ingest;
drop policy if exists named_workspaces on audit_event;
create policy named_workspaces on audit_event for insert to ingest
  with check (workspace_id = any ((select string_to_array(nullif(current_setting('app.ws', true), ''), ',')::uuid[])::uuid[]));

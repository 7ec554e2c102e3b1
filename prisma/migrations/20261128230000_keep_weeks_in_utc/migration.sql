-- A week is a week of UTC, whatever time zone the server or the session has: `interval '7 days'` is an hour more or less where
-- the clocks of that zone change, and the next week then overlaps or leaves a gap. And whoever makes a week waits for no lock
-- for longer than a moment: it gives up, and comes again.
set local lock_timeout = '3s';

create or replace function ensure_week(moment timestamptz) returns boolean
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
declare
  first_day timestamptz := date_trunc('week', moment);
  next_week timestamptz := first_day + interval '7 days';
  parents text[] := array['message', 'message_event', 'send_attempt', 'callback_receipt'];
  parent text;
  child text;
  made boolean := false;
begin
  -- Usually all are there: no lock is taken to find that out.
  if not exists (select from unnest(parents) p where to_regclass(format('partitions.%I', p || '_' || to_char(first_day, 'IYYY"w"IW'))) is null)
  then return false; end if;
  -- One maker after the other. By a lock on the table, not an advisory one: only that makes this session see what another has
  -- made since it looked. It holds up nobody who reads or writes rows.
  lock table message in share update exclusive mode;
  foreach parent in array parents loop
    child := parent || '_' || to_char(first_day, 'IYYY"w"IW');
    continue when to_regclass(format('partitions.%I', child)) is not null;
    execute format('create table partitions.%I (like public.%I including defaults including constraints) partition by hash (workspace_id)', child, parent);
    for remainder in 0..3 loop
      execute format('create table partitions.%I partition of partitions.%I for values with (modulus 4, remainder %s) with (fillfactor = %s)',
        child || '_h' || remainder, child, remainder, case when parent in ('message', 'send_attempt') then 75 else 100 end);
    end loop;
    -- Locks the parent against other changes of its shape (share update exclusive), never against rows that come in.
    execute format('alter table public.%I attach partition partitions.%I for values from (%L) to (%L)', parent, child, first_day, next_week);
    made := true;
  end loop;
  return made;
end $$;

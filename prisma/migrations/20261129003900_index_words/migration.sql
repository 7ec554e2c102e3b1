-- Words of messages, as keyed hashes, for workspaces that want to search by them.
set local lock_timeout = '3s';

-- Who wants to: a setting like any other, with its versions.
alter table workspace add column word_search boolean not null default false;
create index workspace_word_search on workspace (id) where word_search;

-- How far the words of a workspace have been gathered. While there is a row there may be words.
create table word_index (
  workspace_id uuid primary key references workspace (id),
  -- The newest event of the workspace whose message was looked at, and its time, which says where to look on.
  cursor_seq bigint not null default 0,
  cursor_at timestamptz(3) not null default '-infinity',
  -- Grows each time that somebody's words are removed: words that were read before are then not stored any more.
  forgets integer not null default 0,
  -- It was switched off: all words go before any are gathered again.
  removing boolean not null default false
) with (fillfactor = 50);

-- A word is 64 bits of an HMAC under a key of the workspace: equal words look equal, and nothing else can be told of them.
create table message_word (
  workspace_id uuid not null,
  contact_id uuid not null,
  created_at timestamptz(3) not null, -- the message's
  message_id uuid not null,
  word bigint not null,
  primary key (workspace_id, contact_id, created_at, message_id, word)
) partition by range (created_at);
create index message_word_search on message_word (workspace_id, word, created_at desc, message_id desc);

-- They have the weeks that messages have: the function that makes those makes these too.
do $$
declare
  made text := pg_get_functiondef('ensure_week(timestamptz)'::regprocedure);
  changed text := replace(made, $old$'callback_receipt'$old$, $new$'callback_receipt', 'message_word'$new$);
begin
  if changed = made then raise exception 'ensure_week is not as it was: message_word has no weeks'; end if;
  execute changed;
end $$;
select ensure_week(lower_bound) from (
  select (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\)'))[1]::timestamptz as lower_bound
  from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'message'::regclass
) weeks;

-- Drops the weeks of words of which no message is here any more. Gives up where somebody reads them at this moment, and comes again.
create function drop_old_words() returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '100ms' as $$
declare
  week record;
  dropped integer := 0;
begin
  for week in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'message_word'::regclass and not exists (
      select from pg_inherits o join pg_class m on m.oid = o.inhrelid
      where o.inhparent = 'message'::regclass and pg_get_expr(m.relpartbound, m.oid) = pg_get_expr(c.relpartbound, c.oid))
  loop
    execute format('drop table partitions.%I', week.relname);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

-- The section `search` of a configuration, whatever other sections there are.
do $$
declare
  made text := pg_get_functiondef('configuration_of(uuid)'::regprocedure);
  changed text := replace(made, $old$'doubt', jsonb_build_object($old$, $new$'search', jsonb_build_object('words', w.word_search),
    'doubt', jsonb_build_object($new$);
begin
  if changed = made then raise exception 'configuration_of is not as it was: it has no section for the search'; end if;
  execute changed;
end $$;
create constraint trigger keep_configuration_version_of_search
  after update of word_search on workspace
  deferrable initially deferred for each row execute function keep_configuration_version();

-- Rights ------------------------------------------------------------------------------------------------------------

revoke all on function drop_old_words() from public;
grant execute on function drop_old_words() to maintenance;
grant select on message_word, word_index to app;
grant select, insert, delete on message_word to maintenance;
grant select, insert, update, delete on word_index to maintenance;

do $$
declare name text;
begin
  foreach name in array array['word_index', 'message_word'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy one_workspace on %I to app using (workspace_id = nullif(current_setting(''app.ws'', true), '''')::uuid)', name);
    execute format('create policy all_workspaces on %I to maintenance using (true)', name);
  end loop;
end $$;

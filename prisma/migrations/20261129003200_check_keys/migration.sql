-- By which keys what lies here is sealed. A process with other ones refuses to start, before it writes anything.
set local lock_timeout = '3s';

-- Master keys that have been in use: each with something sealed under it, to try a key on.
create table master_key (
  -- The first digits of the key's hash, as in every envelope.
  id text primary key,
  sealed text not null,
  created_at timestamptz(3) not null default now()
);
-- The database of contacts' keys that belongs to this one: what another would answer looks like an erasure.
create table keys_database (
  singleton boolean primary key default true check (singleton),
  id uuid not null
);
grant select, insert on master_key, keys_database to maintenance;

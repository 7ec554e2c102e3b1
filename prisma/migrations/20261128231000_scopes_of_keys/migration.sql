-- What a key may do, how long it is good, and who made it. Keys that are there may do everything, as before.
set local lock_timeout = '3s';

alter table api_key
  add column scopes text[] not null default '{*}' check (cardinality(scopes) between 1 and 50),
  -- After it the key is good no more; null: until it is revoked.
  add column expires_at timestamptz(3),
  -- The key that this one was made to take the place of.
  add column replaces text,
  add column created_by text;

grant insert on api_key to app;

-- Not for last_used_at: that changes with use.
drop trigger tell_settings_changed on api_key;
create trigger tell_settings_changed after insert or delete or update of secret_sha256, revoked_at, expires_at, scopes on api_key
  for each row execute function tell_settings_changed();

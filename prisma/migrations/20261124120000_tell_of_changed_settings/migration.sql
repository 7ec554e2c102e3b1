-- Who keeps settings in memory hears of a change at its commit. The payload is the workspace's id and nothing else.
create function tell_settings_changed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  changed record := coalesce(new, old);
begin
  perform pg_notify('settings_changed', case tg_table_name when 'workspace' then to_jsonb(changed) ->> 'id' else to_jsonb(changed) ->> 'workspace_id' end);
  return null;
end $$;

create trigger tell_settings_changed after insert or update or delete on workspace for each row execute function tell_settings_changed();
create trigger tell_settings_changed after insert or update or delete on sender for each row execute function tell_settings_changed();
create trigger tell_settings_changed after insert or update or delete on provider_account for each row execute function tell_settings_changed();
-- Not for last_used_at: that changes with use.
create trigger tell_settings_changed after insert or delete or update of secret_sha256, revoked_at on api_key
  for each row execute function tell_settings_changed();

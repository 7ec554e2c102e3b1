-- What a workspace decides otherwise than the catalogue of errors, by class: {"NETWORK": {"attemptsMax": 5}}.
-- Checked by domain/errorPolicyOverrides.ts before it is stored.
alter table workspace add column error_policy jsonb not null default '{}' check (jsonb_typeof(error_policy) = 'object');

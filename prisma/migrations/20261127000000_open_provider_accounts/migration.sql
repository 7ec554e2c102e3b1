-- Accounts at several providers, changed over the API.

alter table provider_account
  -- What else the provider needs to know, by name; nothing secret. Checked by the provider before it is stored.
  add column settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  -- The first account of a workspace is the one that it sends by.
  add column created_at timestamptz(3) not null default now(),
  add column updated_at timestamptz(3) not null default now();

grant insert, update, delete on provider_account to app;

-- phone_number of a sender is its number, or the SID of its Messaging Service (domain/sender.ts): how a message names it in
-- `from`, and unique in the workspace, either way.
comment on column sender.phone_number is 'number in E.164 form, or SID of a Messaging Service';

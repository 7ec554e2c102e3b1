-- Texts and numbers are kept sealed under their contact's key, which lies in a database of its own (docs/adr/0015). The
-- readable columns stay for what was stored before, until it is sealed too; new rows leave them empty.
set local lock_timeout = '3s';

-- Of a message: its text, media and metadata. What filters need of the metadata, the campaign, stays beside it.
alter table message add column contents bytea, alter column body drop not null;
-- Of a contact: its number and name. Null with erased_at set: it was erased, and only its id is left.
alter table contact add column contents bytea, add column erased_at timestamptz(3), alter column phone_number drop not null;
-- Of a receipt: what the provider said.
alter table callback_receipt add column contents bytea, alter column raw drop not null;

-- The weeks that have left the hot tables have what these have.
alter table message_cold alter column body drop not null;
alter table callback_receipt_cold alter column raw drop not null;
select align_cold('message'), align_cold('callback_receipt');

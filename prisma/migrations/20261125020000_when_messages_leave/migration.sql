-- When a message may leave: its time, its kind, and its place in the order of acceptance. All may be missing, so that
-- code that does not know them still works; a message without a place neither waits for another nor is waited for.

alter table message
  add column accepted_at timestamptz,
  add column send_at timestamptz(3),
  add column category text not null default 'transactional' check (category in ('transactional', 'marketing'));

-- The open messages of one contact, in order: begin_attempt looks here for an earlier one that has not left yet. The
-- state is not in it, because every change of an indexed column costs a new entry in all indexes.
create index message_in_turn on message (workspace_id, contact_id, accepted_at) where recorded_at is null;

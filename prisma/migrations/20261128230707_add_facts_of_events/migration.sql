-- What an event changed of its message besides its state, so that the events alone make the row again (storage/messageFacts.ts).
-- Null in events of before, and where nothing else was changed.
set local lock_timeout = '3s';

alter table message_event add column facts jsonb;

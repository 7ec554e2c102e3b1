-- The list of those who opted out is looked into by the keyed hash of a number, which stays when the number is erased. It
-- stands in the column of the number, as text: so the key and its index serve both until the numbers of before are sealed. The list
-- that holds for all workspaces has no workspace's key and goes on by number.
set local lock_timeout = '3s';

alter table suppression add column contents bytea;
comment on column suppression.phone_number is 'the id of the contact; the number itself in rows of before, and of the list for all workspaces';

-- The history of a workspace by campaign and by direction.
set local lock_timeout = '3s';

-- `campaign` of a message's metadata, beside them: it is there for as long as the message is, and a filter can use it.
alter table message add column campaign text;

-- Both are of columns that never change. They cost nothing where a message has no campaign, and where it went out.
-- contract: this comes before the first release, and the table is small everywhere
create index message_campaign on message (workspace_id, campaign, created_at desc, id desc) where campaign is not null;
-- contract: as above
create index message_inbound on message (workspace_id, created_at desc, id desc) where direction = 'inbound';

-- Programs written for Twilio say who they are by the SID of their account, which names no workspace.
set local lock_timeout = '2s';
create index provider_account_by_sid on provider_account (account_sid);

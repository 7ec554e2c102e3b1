-- The sends to one contact for which there is no proof: a reconcile looks here for those that could be taken for each
-- other, however old their messages are. The index of attempts in doubt has no contact in it, and lists all of a workspace.
create index send_attempt_doubts on send_attempt (workspace_id, contact_id) where status in ('dispatching', 'uncertain', 'abandoned');

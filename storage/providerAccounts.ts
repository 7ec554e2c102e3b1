import type { Database, Statement } from '../platform/database.js';
import { auditValues, type ByHand } from './audit.js';
import { accountAt, type ProviderAccount, sealAuthToken, type Workspace } from './workspaces.js';

const putStatement: Statement = {
  name: 'put_provider_account',
  text: `
  with stored as (
    insert into provider_account (workspace_id, provider, account_sid, auth_token, settings) values ($1, $2, $3, $4, $5)
    on conflict (workspace_id, provider) do update set account_sid = excluded.account_sid, auth_token = excluded.auth_token,
      settings = excluded.settings, updated_at = now()
    returning workspace_id
  )
  insert into audit_event (workspace_id, action, id, actor, details, idempotency_key)
  select workspace_id, 'provider_account.set', $6::uuid, $7::text, $8::jsonb, $9::text from stored`,
};

/** What may be known of an account: all but its secret. */
const openPart = ({ accountSid, settings }: ProviderAccount) => ({ accountSid, settings });

/** Sets the workspace's account at a provider, and notes who did it and what changed; the secret is sealed, and never noted. */
export async function putProviderAccount(
  database: Database,
  workspace: Pick<Workspace, 'id' | 'accounts' | 'keys'>,
  account: ProviderAccount,
  byHand: ByHand,
): Promise<void> {
  const { provider, accountSid, authToken, settings } = account;
  const before = accountAt(workspace, provider);
  const details = {
    provider,
    before: before ? openPart(before) : null,
    after: openPart(account),
    secretChanged: before?.authToken !== authToken,
  };
  const sealed = sealAuthToken(workspace.keys.secrets, workspace.id, provider, authToken);
  const values = [workspace.id, provider, accountSid, sealed, JSON.stringify(settings), ...auditValues(byHand, details)];
  await database.forWorkspace(workspace.id, putStatement, values);
}

const deleteStatement: Statement = {
  name: 'delete_provider_account',
  text: `
  with gone as (
    delete from provider_account where workspace_id = $1 and provider = $2 returning workspace_id, account_sid, settings
  ), audited as (
    insert into audit_event (workspace_id, action, id, actor, details, idempotency_key)
    select workspace_id, 'provider_account.removed', $3::uuid, $4::text,
      $5::jsonb || jsonb_build_object('before', jsonb_build_object('accountSid', account_sid, 'settings', settings), 'after', null), $6::text
    from gone
  )
  select workspace_id from gone`,
};

/** Removes the workspace's account at a provider, and notes who did it; false where there is none. */
export async function deleteProviderAccount(database: Database, workspaceId: string, provider: string, byHand: ByHand): Promise<boolean> {
  const values = [workspaceId, provider, ...auditValues(byHand, { provider })];
  return (await database.forWorkspace(workspaceId, deleteStatement, values)).length > 0;
}

/** The workspaces that have this account at a provider, whose SID names none. */
export async function workspacesOfAccount(database: Database, accountSid: string): Promise<string[]> {
  const rows = await database.asMaintenance<{ workspace_id: string }>(
    'select distinct workspace_id from provider_account where account_sid = $1 limit 100',
    [accountSid],
  );
  return rows.map(({ workspace_id: id }) => id);
}

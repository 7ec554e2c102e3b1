import { deriveKey, randomKey } from '../platform/crypto.js';
import type { Database } from '../platform/database.js';
import type { MasterKeys } from '../platform/masterKeys.js';
import { uuidv7 } from '../platform/uuid.js';
import { newApiKey } from './apiKeys.js';
import { ContactKeys } from './contactKeys.js';
import { Contents } from './contents.js';
import { contactIdOf, type ProviderAccount, sealAuthToken, unwrapWorkspaceKey, wrapWorkspaceKey } from './workspaces.js';

export interface NewWorkspace {
  id: string;
  name: string;
  /** E.164 numbers of the account, or SIDs of its Messaging Services; the first is the default sender. */
  senders: string[];
  contacts: { phoneNumber: string; name: string }[];
  account: ProviderAccount;
  /** Secret of the first API key, 43 base64url characters, and its id. */
  apiKey: { id: string; secret: string };
}

/**
 * Creates workspaces that are not there yet; what exists is left as it is, except that the provider account is set to
 * the one given. As role maintenance. Answers the text of each workspace's first API key.
 */
export async function createWorkspaces(
  { database, keys: keysDatabase, masterKeys }: { database: Database; keys: Database; masterKeys: MasterKeys },
  workspaces: NewWorkspace[],
): Promise<string[]> {
  const column = <T>(of: (workspace: NewWorkspace) => T) => workspaces.map(of);
  const ids = column(({ id }) => id);
  await database.asMaintenance(
    `with made as (
       insert into workspace (id, name, wrapped_key) select * from unnest($1::uuid[], $2::text[], $3::text[]) on conflict do nothing
       returning id
     )
     insert into audit_event (workspace_id, id, actor, action, details)
     select m.id, n.id, 'operator', 'workspace.created', jsonb_build_object('apiKeyId', n.api_key)
     from made m join unnest($1::uuid[], $4::uuid[], $5::text[]) as n (workspace_id, id, api_key) on n.workspace_id = m.id`,
    [
      ids,
      column(({ name }) => name),
      column(({ id }) => wrapWorkspaceKey(masterKeys, id, randomKey())),
      column(() => uuidv7()),
      column(({ apiKey }) => apiKey.id),
    ],
  );
  const stored = await database.asMaintenance<{ id: string; wrapped_key: string }>(
    'select id, wrapped_key from workspace where id = any($1)',
    [ids],
  );
  const keys = new Map(stored.map((row) => [row.id, unwrapWorkspaceKey(masterKeys, row.id, row.wrapped_key)]));
  const keyOf = (id: string): Buffer => {
    const key = keys.get(id);
    if (!key) throw new Error(`workspace ${id} was not created`);
    return key;
  };

  await database.asMaintenance(
    `insert into provider_account (workspace_id, provider, account_sid, auth_token, settings)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
     on conflict (workspace_id, provider) do update set account_sid = excluded.account_sid, auth_token = excluded.auth_token,
       settings = excluded.settings`,
    [
      ids,
      column(({ account }) => account.provider),
      column(({ account }) => account.accountSid),
      column(({ id, account }) => sealAuthToken(deriveKey(keyOf(id), 'secrets'), id, account.provider, account.authToken)),
      column(({ account }) => JSON.stringify(account.settings)),
    ],
  );
  const senders = workspaces.flatMap(({ id, senders: numbers, account: { provider } }) =>
    numbers.map((phoneNumber, index) => ({ id, phoneNumber, provider, index })),
  );
  await database.asMaintenance(
    `insert into sender (workspace_id, id, phone_number, provider, created_at)
     select workspace_id, id, phone_number, provider,
       -- Before those that are there: the first is the default.
       coalesce((select min(created_at) from sender e where e.workspace_id = s.workspace_id) - interval '1 minute', now()) + place * interval '1 millisecond'
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::integer[]) as s (workspace_id, id, phone_number, provider, place) on conflict do nothing`,
    [
      senders.map(({ id }) => id),
      senders.map(() => uuidv7()),
      senders.map(({ phoneNumber }) => phoneNumber),
      senders.map(({ provider }) => provider),
      senders.map(({ index }) => index),
    ],
  );
  const contacts = workspaces.flatMap(({ id, contacts: people }) =>
    people.map((person) => ({ workspaceId: id, contactId: contactIdOf(deriveKey(keyOf(id), 'contact-id'), person.phoneNumber), person })),
  );
  const contents = new Contents(new ContactKeys(keysDatabase, async (id) => deriveKey(keyOf(id), 'contact-keys')));
  await database.asMaintenance(
    `insert into contact (workspace_id, id, contents, last_message_at)
     select *, date_trunc('milliseconds', now()) from unnest($1::uuid[], $2::uuid[], $3::bytea[])
     on conflict (workspace_id, id) do nothing`,
    [
      contacts.map(({ workspaceId }) => workspaceId),
      contacts.map(({ contactId }) => contactId),
      await contents.seal(contacts.map(({ person, ...ref }) => ({ kind: 'contact', ...ref, id: ref.contactId, value: person }))),
    ],
  );
  const apiKeys = workspaces.map(({ id, apiKey }) => ({ workspaceId: id, ...newApiKey(id, apiKey.secret, apiKey.id) }));
  await database.asMaintenance(
    `insert into api_key (workspace_id, id, secret_sha256, name) select k.*, 'first key' from unnest($1::uuid[], $2::text[], $3::bytea[]) as k on conflict do nothing`,
    [apiKeys.map(({ workspaceId }) => workspaceId), apiKeys.map(({ id }) => id), apiKeys.map(({ secretSha256 }) => secretSha256)],
  );
  return apiKeys.map(({ text }) => text);
}

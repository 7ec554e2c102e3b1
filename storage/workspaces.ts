import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { uuidFromBytes } from '../domain/ids.js';
import type { RateLimits } from '../domain/rateLimit.js';
import { deriveKey, hmac, open, seal } from '../platform/crypto.js';
import type { Database, Statement } from '../platform/database.js';
import { type LimitsRow, limitsColumns, limitsOf } from './limitsRow.js';

export interface ProviderAccount {
  provider: string;
  accountSid: string;
  authToken: string;
  /** What else the provider needs to know, by name. Not secret. */
  settings: Record<string, string>;
}

/** A workspace's settings with its secrets opened: for use inside a process, never to be logged or sent. */
export interface Workspace {
  id: string;
  name: string;
  limits: RateLimits & { cooldownMs: number };
  /** What it decides otherwise than the catalogue of errors. */
  errorPolicy: ErrorPolicyOverrides;
  senders: { id: string; phoneNumber: string }[];
  /** One a provider, the oldest first. */
  accounts: ProviderAccount[];
  /** The one that it sends by: its first. */
  account: ProviderAccount | undefined;
  keys: { messageId: Buffer; contactId: Buffer; callback: Buffer; secrets: Buffer };
}

/** The workspace's account at a provider, such as the one by which an attempt was made. */
export function accountAt({ accounts }: Pick<Workspace, 'accounts'>, provider: string): ProviderAccount | undefined {
  return accounts.find((account) => account.provider === provider);
}

const wrapContext = (workspaceId: string) => `workspace/${workspaceId}/wrapped_key`;
const tokenContext = (workspaceId: string, provider: string) => `workspace/${workspaceId}/provider_account/${provider}/auth_token`;

/** Seals a new workspace's key under the master key. */
export function wrapWorkspaceKey(masterKey: Buffer, workspaceId: string, workspaceKey: Buffer): string {
  return seal(masterKey, wrapContext(workspaceId), workspaceKey);
}

export function unwrapWorkspaceKey(masterKey: Buffer, workspaceId: string, wrappedKey: string): Buffer {
  return open(masterKey, wrapContext(workspaceId), wrappedKey);
}

/** Seals a provider's auth token under the workspace's key of secrets. */
export function sealAuthToken(secretsKey: Buffer, workspaceId: string, provider: string, authToken: string): string {
  return seal(secretsKey, tokenContext(workspaceId, provider), Buffer.from(authToken));
}

/** A contact is named by a keyed hash of its number, so that its number need not be known to look it up. */
export function contactIdOf(contactKey: Buffer, e164: string): string {
  return uuidFromBytes(hmac(contactKey, e164));
}

const findStatement: Statement = {
  name: 'find_workspace',
  text: `
  select w.id, w.name, w.wrapped_key, w.error_policy, ${limitsColumns},
    (select coalesce(json_agg(json_build_object('id', s.id, 'phoneNumber', s.phone_number) order by s.created_at), '[]')
      from sender s where s.workspace_id = $1) as senders,
    (select coalesce(json_agg(json_build_object('provider', a.provider, 'accountSid', a.account_sid, 'authToken', a.auth_token,
        'settings', a.settings) order by a.created_at, a.provider), '[]')
      from provider_account a where a.workspace_id = $1) as accounts
  from workspace w where w.id = $1`,
};

interface WorkspaceRow extends LimitsRow {
  id: string;
  name: string;
  wrapped_key: string;
  error_policy: ErrorPolicyOverrides;
  senders: { id: string; phoneNumber: string }[];
  accounts: ProviderAccount[];
}

/** Reads a workspace with its senders and provider accounts, by one statement: every accept may need it. Undefined where there is none. */
export async function loadWorkspace(database: Database, masterKey: Buffer, workspaceId: string): Promise<Workspace | undefined> {
  const [row] = await database.forWorkspace<WorkspaceRow>(workspaceId, findStatement, [workspaceId]);
  if (!row) return undefined;
  const key = unwrapWorkspaceKey(masterKey, workspaceId, row.wrapped_key);
  const secrets = deriveKey(key, 'secrets');
  const accounts = row.accounts.map((account) => ({
    ...account,
    authToken: open(secrets, tokenContext(workspaceId, account.provider), account.authToken).toString(),
  }));
  return {
    id: row.id,
    name: row.name,
    limits: limitsOf(row),
    errorPolicy: row.error_policy,
    senders: row.senders,
    accounts,
    account: accounts[0],
    keys: {
      messageId: deriveKey(key, 'message-id'),
      contactId: deriveKey(key, 'contact-id'),
      callback: deriveKey(key, 'callback'),
      secrets,
    },
  };
}

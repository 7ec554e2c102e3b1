import type { Breaker } from '../domain/breaker.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { uuidFromBytes } from '../domain/ids.js';
import type { RateLimits } from '../domain/rateLimit.js';
import type { Routes } from '../domain/routing.js';
import type { Sender } from '../domain/ways.js';
import { deriveKey, hmac, open, seal } from '../platform/crypto.js';
import type { Database, Statement } from '../platform/database.js';
import type { MasterKeys } from '../platform/masterKeys.js';
import { type BreakerRow, breakersColumn, toBreaker } from './breakers.js';
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
  /** In the order in which they were made: the first is the default. */
  senders: Sender[];
  /** One at a provider at most, the oldest first. */
  accounts: ProviderAccount[];
  routes: Routes;
  /** Webhook endpoints that stand for StatusCallback URLs, each for those of one origin. */
  callbackEndpoints: { id: string; origin: string }[];
  /** Whether its messages can be found by their words. */
  wordSearch: boolean;
  /** Those that are open, half open or forced. */
  breakers: Breaker[];
  /** `contactKeys` wraps the keys of its contacts. */
  keys: {
    messageId: Buffer;
    contactId: Buffer;
    callback: Buffer;
    secrets: Buffer;
    cursor: Buffer;
    words: Buffer;
    export: Buffer;
    contactKeys: Buffer;
  };
}

/** A workspace's account at a provider, where it has one. */
export function accountAt({ accounts }: Pick<Workspace, 'accounts'>, provider: string): ProviderAccount | undefined {
  return accounts.find((account) => account.provider === provider);
}

const wrapContext = (workspaceId: string) => `workspace/${workspaceId}/wrapped_key`;
const tokenContext = (workspaceId: string, provider: string) => `workspace/${workspaceId}/provider_account/${provider}/auth_token`;

/** Seals a workspace's key under the master key. */
export function wrapWorkspaceKey(masterKeys: MasterKeys, workspaceId: string, workspaceKey: Buffer): string {
  return masterKeys.seal(wrapContext(workspaceId), workspaceKey);
}

export function unwrapWorkspaceKey(masterKeys: MasterKeys, workspaceId: string, wrappedKey: string): Buffer {
  return masterKeys.open(wrapContext(workspaceId), wrappedKey);
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
  select w.id, w.name, w.wrapped_key, w.error_policy, w.routes, w.word_search, ${limitsColumns}, ${breakersColumn},
    (select coalesce(json_agg(json_build_object('id', s.id, 'phoneNumber', s.phone_number, 'provider', s.provider) order by s.created_at), '[]')
      from sender s where s.workspace_id = $1) as senders,
    (select coalesce(json_agg(json_build_object('provider', a.provider, 'accountSid', a.account_sid, 'authToken', a.auth_token,
        'settings', a.settings) order by a.created_at, a.provider), '[]')
      from provider_account a where a.workspace_id = $1) as accounts,
    (select coalesce(json_agg(json_build_object('id', e.id, 'origin', e.url)), '[]')
      from webhook_endpoint e where e.workspace_id = $1 and e.kind = 'statusCallbacks') as callback_endpoints
  from workspace w where w.id = $1`,
};

interface WorkspaceRow extends LimitsRow {
  id: string;
  name: string;
  wrapped_key: string;
  error_policy: ErrorPolicyOverrides;
  routes: Routes;
  word_search: boolean;
  breakers: BreakerRow[];
  senders: { id: string; phoneNumber: string; provider: string | null }[];
  accounts: ProviderAccount[];
  callback_endpoints: Workspace['callbackEndpoints'];
}

/** Reads a workspace with its senders, provider accounts, routes and breakers, by one statement: every accept may need it. Undefined where there is none. */
export async function loadWorkspace(database: Database, masterKeys: MasterKeys, workspaceId: string): Promise<Workspace | undefined> {
  const [row] = await database.forWorkspace<WorkspaceRow>(workspaceId, findStatement, [workspaceId]);
  if (!row) return undefined;
  const key = unwrapWorkspaceKey(masterKeys, workspaceId, row.wrapped_key);
  const secrets = deriveKey(key, 'secrets');
  const accounts = row.accounts.map((account) => ({
    ...account,
    authToken: open(secrets, tokenContext(workspaceId, account.provider), account.authToken).toString(),
  }));
  const [first] = accounts;
  return {
    id: row.id,
    name: row.name,
    limits: limitsOf(row),
    errorPolicy: row.error_policy,
    routes: row.routes,
    wordSearch: row.word_search,
    breakers: row.breakers.map(toBreaker),
    // A sender that does not say where it lives is of the time when there was one account.
    senders: row.senders.map((sender) => ({ ...sender, provider: sender.provider ?? first?.provider ?? '' })),
    accounts,
    callbackEndpoints: row.callback_endpoints,
    keys: {
      messageId: deriveKey(key, 'message-id'),
      contactId: deriveKey(key, 'contact-id'),
      callback: deriveKey(key, 'callback'),
      secrets,
      cursor: deriveKey(key, 'cursor'),
      words: deriveKey(key, 'words'),
      export: deriveKey(key, 'export'),
      contactKeys: deriveKey(key, 'contact-keys'),
    },
  };
}

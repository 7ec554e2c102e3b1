import { uuidFromBytes } from '../domain/ids.js';
import type { RateLimits } from '../domain/rateLimit.js';
import { deriveKey, hmac, open, seal } from '../platform/crypto.js';
import type { SettingsStore } from '../platform/prisma.js';

export interface ProviderAccount {
  provider: string;
  accountSid: string;
  authToken: string;
}

/** A workspace's settings with its secrets opened: for use inside a process, never to be logged or sent. */
export interface Workspace {
  id: string;
  name: string;
  limits: RateLimits & { cooldownMs: number };
  senders: { id: string; phoneNumber: string }[];
  account: ProviderAccount | undefined;
  keys: { messageId: Buffer; contactId: Buffer; callback: Buffer };
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

/** Seals a provider's auth token under the workspace's key. */
export function sealAuthToken(workspaceKey: Buffer, workspaceId: string, provider: string, authToken: string): string {
  return seal(deriveKey(workspaceKey, 'secrets'), tokenContext(workspaceId, provider), Buffer.from(authToken));
}

/** A contact is named by a keyed hash of its number, so that its number need not be known to look it up. */
export function contactIdOf(contactKey: Buffer, e164: string): string {
  return uuidFromBytes(hmac(contactKey, e164));
}

/** Reads a workspace with its senders and provider account; undefined where there is none. */
export async function loadWorkspace(settings: SettingsStore, masterKey: Buffer, workspaceId: string): Promise<Workspace | undefined> {
  const row = await settings.forWorkspace(workspaceId, (transaction) =>
    transaction.workspace.findUnique({
      where: { id: workspaceId },
      include: { senders: { orderBy: { createdAt: 'asc' } }, accounts: true },
    }),
  );
  if (!row) return undefined;
  const key = unwrapWorkspaceKey(masterKey, workspaceId, row.wrappedKey);
  const [account] = row.accounts;
  return {
    id: row.id,
    name: row.name,
    limits: { ratePerSecond: row.ratePerSecond, burst: row.burst, epoch: row.limitsEpoch, cooldownMs: row.cooldownMs },
    senders: row.senders.map(({ id, phoneNumber }) => ({ id, phoneNumber })),
    account: account && {
      provider: account.provider,
      accountSid: account.accountSid,
      authToken: open(deriveKey(key, 'secrets'), tokenContext(workspaceId, account.provider), account.authToken).toString(),
    },
    keys: { messageId: deriveKey(key, 'message-id'), contactId: deriveKey(key, 'contact-id'), callback: deriveKey(key, 'callback') },
  };
}

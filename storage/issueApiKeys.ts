import { apiKeyEndedShownMs, apiKeysMax } from '../domain/identityLimits.js';
import type { Grant } from '../domain/scopes.js';
import type { SettingsStore, Transaction } from '../platform/prisma.js';
import { newApiKey } from './apiKeys.js';
import { type ByHand, noteAuditIn } from './audit.js';

/** An API key as those see it who manage it: its secret is shown when it is made, and never again. */
export interface ApiKeyRecord {
  id: string;
  name: string;
  scopes: Grant[];
  createdAt: Date;
  createdBy: string | null;
  lastUsedAt: Date | null;
  /** After it the key is good no more. */
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** The key that this one took the place of. */
  replaces: string | null;
}

/** A key that was just made, with its text, which is kept nowhere. */
export interface IssuedApiKey {
  record: ApiKeyRecord;
  text: string;
}

const select = {
  id: true,
  name: true,
  scopes: true,
  createdAt: true,
  createdBy: true,
  lastUsedAt: true,
  expiresAt: true,
  revokedAt: true,
  replaces: true,
} as const;

const live = () => ({ revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] });

const recordOf = (row: Omit<ApiKeyRecord, 'scopes'> & { scopes: string[] }): ApiKeyRecord => ({ ...row, scopes: row.scopes as Grant[] });

export interface NewApiKey {
  name: string;
  scopes: readonly Grant[];
  expiresAt: Date | null;
}

async function issue(
  transaction: Transaction,
  workspaceId: string,
  { name, scopes, expiresAt }: NewApiKey,
  byHand: ByHand,
  replaces: string | null = null,
): Promise<IssuedApiKey | undefined> {
  // Locked, or two that are made at the same time would both find room.
  await transaction.$queryRaw`select 1 from workspace for update`;
  if ((await transaction.apiKey.count({ where: live() })) >= apiKeysMax) return undefined;
  const { id, text, secretSha256 } = newApiKey(workspaceId);
  const secret = new Uint8Array(secretSha256);
  const data = { workspaceId, id, name, secretSha256: secret, scopes: [...scopes], expiresAt, replaces, createdBy: byHand.actor };
  const record = recordOf(await transaction.apiKey.create({ data, select }));
  const details = { keyId: id, scopes, expiresAt: expiresAt?.toISOString() ?? null, ...(replaces && { replaces }) };
  await noteAuditIn(transaction, workspaceId, replaces ? 'api_key.rotated' : 'api_key.created', byHand, details);
  return { record, text };
}

/** Makes a key. Undefined where the workspace has as many live ones as it may have. */
export function createApiKey(
  settings: SettingsStore,
  workspaceId: string,
  key: NewApiKey,
  byHand: ByHand,
): Promise<IssuedApiKey | undefined> {
  return settings.forWorkspace(workspaceId, (transaction) => issue(transaction, workspaceId, key, byHand));
}

/** The keys that are good, and those that ended not long ago; the newest first. */
export async function listApiKeys(settings: SettingsStore, workspaceId: string): Promise<ApiKeyRecord[]> {
  const since = new Date(Date.now() - apiKeyEndedShownMs);
  const where = {
    AND: [{ OR: [{ revokedAt: null }, { revokedAt: { gt: since } }] }, { OR: [{ expiresAt: null }, { expiresAt: { gt: since } }] }],
  };
  const rows = await settings.forWorkspace(workspaceId, (transaction) =>
    transaction.apiKey.findMany({ where, select, orderBy: [{ createdAt: 'desc' }, { id: 'asc' }] }),
  );
  return rows.map(recordOf);
}

/** One key, or undefined. */
export async function findApiKey(settings: SettingsStore, workspaceId: string, id: string): Promise<ApiKeyRecord | undefined> {
  const row = await settings.forWorkspace(workspaceId, (transaction) => transaction.apiKey.findFirst({ where: { id }, select }));
  return row ? recordOf(row) : undefined;
}

/**
 * Makes a key that takes the place of another; both are good until `oldEndsAt`. Says why not where that other one is not good
 * any more, has a successor already, or there is no room.
 */
export function rotateApiKey(
  settings: SettingsStore,
  workspaceId: string,
  id: string,
  oldEndsAt: Date,
  byHand: ByHand,
): Promise<IssuedApiKey | 'ended' | 'replaced' | 'full'> {
  return settings.forWorkspace(workspaceId, async (transaction) => {
    await transaction.$queryRaw`select 1 from api_key where id = ${id} for update`;
    const old = await transaction.apiKey.findFirst({ where: { id, ...live() }, select });
    if (!old) return 'ended';
    // Two keys are live at a time: not a third.
    if ((await transaction.apiKey.count({ where: { replaces: id, ...live() } })) > 0) return 'replaced';
    const { name, scopes, expiresAt } = recordOf(old);
    const issued = await issue(transaction, workspaceId, { name, scopes, expiresAt }, byHand, id);
    // An end that was set before is kept where it is sooner.
    const ends = expiresAt && expiresAt < oldEndsAt ? expiresAt : oldEndsAt;
    if (!issued) return 'full';
    await transaction.apiKey.update({ where: { workspaceId_id: { workspaceId, id } }, data: { expiresAt: ends } });
    return issued;
  });
}

/** Ends a key at once. Undefined where there is none; one that was revoked before stays as it is. */
export function revokeApiKey(settings: SettingsStore, workspaceId: string, id: string, byHand: ByHand): Promise<ApiKeyRecord | undefined> {
  return settings.forWorkspace(workspaceId, async (transaction) => {
    const { count } = await transaction.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
    if (count > 0) await noteAuditIn(transaction, workspaceId, 'api_key.revoked', byHand, { keyId: id });
    const row = await transaction.apiKey.findFirst({ where: { id }, select });
    return row ? recordOf(row) : undefined;
  });
}

import { randomBytes } from 'node:crypto';
import { isUuid, uuidFromHex } from '../domain/ids.js';
import { apiKeyUnheardMs } from '../domain/limits.js';
import type { Grant } from '../domain/scopes.js';
import { equalBytes, sha256 } from '../platform/crypto.js';
import type { Database, Statement } from '../platform/database.js';
import type { SettingsChanges } from '../platform/settingsWatch.js';
import { SettingsCache } from './settingsCache.js';

/** pr_<workspace>_<key id>_<secret>: a key carries its workspace, so that looking it up needs no right to see all. */
const keyPattern = /^pr_([0-9a-f]{32})_([0-9a-z]{8})_([A-Za-z0-9_-]{43})$/;

export interface ParsedApiKey {
  workspaceId: string;
  id: string;
  secret: string;
}

export function parseApiKey(text: string): ParsedApiKey | undefined {
  const [, workspace = '', id = '', secret = ''] = keyPattern.exec(text) ?? [];
  const workspaceId = uuidFromHex(workspace);
  return isUuid(workspaceId) ? { workspaceId, id, secret } : undefined;
}

/** A new key with 256 random bits; only the hash of the secret is ever stored. */
export function newApiKey(
  workspaceId: string,
  secret = randomBytes(32).toString('base64url'),
  id = randomBytes(4).toString('hex'),
): { text: string; id: string; secretSha256: Buffer } {
  return { text: `pr_${workspaceId.replaceAll('-', '')}_${id}_${secret}`, id, secretSha256: sha256(secret) };
}

/** What a key opens, and what its holder may do there. */
export interface ApiKey {
  workspaceId: string;
  id: string;
  scopes: readonly Grant[];
  /** Unix milliseconds; null: good until it is revoked. */
  expiresAtMs: number | null;
}

const findStatement: Statement = {
  name: 'find_api_key',
  text: `select secret_sha256, scopes, extract(epoch from expires_at) * 1000 as expires_at_ms
    from api_key where workspace_id = $1 and id = $2 and revoked_at is null`,
};

/** Answers whose key a text is. What it learns is remembered, refusals too, so that asking is cheap. */
export class ApiKeyRegister {
  private readonly cache: SettingsCache<ApiKey | undefined>;

  /** @param onUse told of each use of a good key */
  constructor(
    private readonly database: Database,
    changes: SettingsChanges,
    private readonly onUse: (key: ApiKey) => void = () => undefined,
  ) {
    this.cache = new SettingsCache(changes, apiKeyUnheardMs);
  }

  /** The key that the text is, or undefined where there is none that is good now. */
  async find(text: string): Promise<ApiKey | undefined> {
    const parsed = parseApiKey(text);
    if (!parsed) return undefined;
    const key = await this.cache.get(parsed.workspaceId, sha256(text).toString('base64'), () => this.lookUp(parsed));
    if (!key || (key.expiresAtMs !== null && key.expiresAtMs <= Date.now())) return undefined;
    this.onUse(key);
    return key;
  }

  private async lookUp({ workspaceId, id, secret }: ParsedApiKey): Promise<ApiKey | undefined> {
    const [row] = await this.database.forWorkspace<{ secret_sha256: Buffer; scopes: Grant[]; expires_at_ms: string | null }>(
      workspaceId,
      findStatement,
      [workspaceId, id],
    );
    if (!row || !equalBytes(row.secret_sha256, sha256(secret))) return undefined;
    return { workspaceId, id, scopes: row.scopes, expiresAtMs: row.expires_at_ms === null ? null : Number(row.expires_at_ms) };
  }
}

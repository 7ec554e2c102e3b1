import { randomBytes } from 'node:crypto';
import { isUuid } from '../domain/ids.js';
import { apiKeyCacheMs } from '../domain/limits.js';
import { equalBytes, sha256 } from '../platform/crypto.js';
import type { Database, Statement } from '../platform/database.js';

/** pr_<workspace>_<key id>_<secret>: a key carries its workspace, so that looking it up needs no right to see all. */
const keyPattern = /^pr_([0-9a-f]{32})_([0-9a-z]{8})_([A-Za-z0-9_-]{43})$/;

export interface ParsedApiKey {
  workspaceId: string;
  id: string;
  secret: string;
}

export function parseApiKey(text: string): ParsedApiKey | undefined {
  const [, workspace = '', id = '', secret = ''] = keyPattern.exec(text) ?? [];
  const workspaceId = workspace.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
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

const findStatement: Statement = {
  name: 'find_api_key',
  text: 'select secret_sha256 from api_key where workspace_id = $1 and id = $2 and revoked_at is null',
};

/** Answers whose key a text is. What it learns is remembered for `apiKeyCacheMs`, refusals too. */
export class ApiKeyRegister {
  private readonly known = new Map<string, { workspaceId: string | undefined; readAt: number }>();

  constructor(private readonly database: Database) {}

  /** The workspace that the key opens, or undefined. */
  async workspaceOf(text: string): Promise<string | undefined> {
    const parsed = parseApiKey(text);
    if (!parsed) return undefined;
    const digest = sha256(text).toString('base64');
    const known = this.known.get(digest);
    if (known && performance.now() - known.readAt < apiKeyCacheMs) return known.workspaceId;
    const [row] = await this.database.forWorkspace<{ secret_sha256: Buffer }>(parsed.workspaceId, findStatement, [
      parsed.workspaceId,
      parsed.id,
    ]);
    const workspaceId = row && equalBytes(row.secret_sha256, sha256(parsed.secret)) ? parsed.workspaceId : undefined;
    this.remember(digest, workspaceId);
    return workspaceId;
  }

  private remember(digest: string, workspaceId: string | undefined): void {
    const now = performance.now();
    this.known.set(digest, { workspaceId, readAt: now });
    // Oldest first in a Map: forgetting from the front keeps a flood of wrong keys from growing it.
    for (const [key, entry] of this.known) {
      if (now - entry.readAt < apiKeyCacheMs && this.known.size < 10_000) break;
      this.known.delete(key);
    }
  }
}

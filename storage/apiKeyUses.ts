import { apiKeyUseNotedEveryMs, apiKeyUsesWrittenEveryMs } from '../domain/identityLimits.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { ApiKey } from './apiKeys.js';

type Use = Pick<ApiKey, 'workspaceId' | 'id'>;

/** Beyond this many keys all are forgotten, and each is written down once more. */
const keysKnownMax = 20_000;

const text = `update api_key k set last_used_at = now() from unnest($1::uuid[], $2::text[]) as u (workspace_id, id)
  where k.workspace_id = u.workspace_id and k.id = u.id
    and (k.last_used_at is null or k.last_used_at < now() - $3::integer * interval '1 millisecond')`;

/** Writes down when keys were last used, apart from the requests that use them: about once a minute each, many at once. */
export class ApiKeyUses {
  /** Monotonic time at which a key's use was last noted, by workspace and key. */
  private readonly notedAt = new Map<string, number>();
  private due = new Map<string, Use>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {
    this.timer = setInterval(() => void this.write(), apiKeyUsesWrittenEveryMs);
    this.timer.unref();
  }

  /** Never waits and never fails. */
  note({ workspaceId, id }: Use): void {
    const name = `${workspaceId} ${id}`;
    const now = performance.now();
    const before = this.notedAt.get(name);
    if (before !== undefined && now - before < apiKeyUseNotedEveryMs) return;
    if (this.notedAt.size >= keysKnownMax) this.notedAt.clear();
    this.notedAt.set(name, now);
    this.due.set(name, { workspaceId, id });
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
  }

  private async write(): Promise<void> {
    if (this.due.size === 0) return;
    const uses = [...this.due.values()];
    this.due = new Map();
    const values = [uses.map(({ workspaceId }) => workspaceId), uses.map(({ id }) => id), apiKeyUseNotedEveryMs];
    // Lost, not kept: the next use of each key is a minute away at most.
    await this.database.asMaintenance(text, values).catch((error: unknown) => {
      this.logger.warn({ event: 'api_key.uses_lost', keys: uses.length, error: String(error) });
    });
  }
}

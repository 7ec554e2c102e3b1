import { type Health, type HealthSample, healthAfter, healthAt } from '../domain/health.js';
import { healthEveryMs } from '../domain/limits.js';
import type { Database, Statement } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';

const readStatement: Statement = {
  name: 'provider_health',
  text: `select provider, value, (extract(epoch from at) * 1000)::double precision as at_ms, version
    from provider_health where workspace_id = $1`,
};

const writeStatement: Statement = {
  name: 'write_provider_health',
  text: `
  insert into provider_health as h (workspace_id, provider, value, at, version) values ($1, $2, $3, $4, 1)
  on conflict (workspace_id, provider) do update set value = excluded.value, at = excluded.at, version = h.version + 1
    where h.version = $5
  returning version`,
};

type Stored = Health & { version: number };

/** What this process knows of one workspace's providers, and what it has seen since it wrote last. */
interface Known {
  stored: Map<string, Stored>;
  seen: Map<string, HealthSample>;
  readAt: number;
  reading: Promise<void> | undefined;
}

/** A sample that meets another process's at the same moment is written on top of it; more often than this it waits for the next time. */
const triesMax = 3;

/**
 * How well the providers of workspaces serve them, over all processes. Postgres is the record; a process writes what it has
 * seen at most once a second, and no message waits for that. Only for workspaces that have a choice.
 */
export class ProviderHealth {
  private readonly workspaces = new Map<string, Known>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** From 0 to 1 by provider, as of about a second ago. Never rejects: what can't be read counts as well. */
  async of(workspaceId: string): Promise<(provider: string) => number> {
    const known = this.known(workspaceId);
    if (performance.now() - known.readAt > healthEveryMs) {
      known.reading ??= this.read(workspaceId, known);
      // The first time it is waited for; after that what was known a moment ago is good enough.
      if (known.readAt === Number.NEGATIVE_INFINITY) await known.reading;
    }
    const nowMs = Date.now();
    return (provider) => healthAt(known.stored.get(provider), nowMs);
  }

  /** One message of a provider succeeded, or failed by the provider's own fault. */
  note(workspaceId: string, provider: string, succeeded: boolean): void {
    const { seen } = this.known(workspaceId);
    const sample = seen.get(provider) ?? { successes: 0, failures: 0 };
    sample[succeeded ? 'successes' : 'failures'] += 1;
    seen.set(provider, sample);
    this.timer ??= setTimeout(() => void this.flush(), healthEveryMs).unref();
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
  }

  private known(workspaceId: string): Known {
    let known = this.workspaces.get(workspaceId);
    if (!known) {
      known = { stored: new Map(), seen: new Map(), readAt: Number.NEGATIVE_INFINITY, reading: undefined };
      this.workspaces.set(workspaceId, known);
    }
    return known;
  }

  private async read(workspaceId: string, known: Known): Promise<void> {
    try {
      const rows = await this.database.forWorkspace<{ provider: string; value: number; at_ms: number; version: number }>(
        workspaceId,
        readStatement,
        [workspaceId],
      );
      known.stored = new Map(rows.map(({ provider, value, at_ms: atMs, version }) => [provider, { value, atMs, version }]));
    } catch (error) {
      this.logger.warn({ event: 'health.not_read', workspaceId, error: String(error) });
    } finally {
      known.readAt = performance.now();
      known.reading = undefined;
    }
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    for (const [workspaceId, known] of this.workspaces) {
      const samples = [...known.seen];
      known.seen = new Map();
      for (const [provider, sample] of samples) {
        // A lost sample changes little, and the next failure is not far.
        await this.write(workspaceId, known, provider, sample).catch((error: unknown) => {
          this.logger.warn({ event: 'health.not_stored', workspaceId, provider, error: String(error) });
        });
      }
    }
  }

  private async write(workspaceId: string, known: Known, provider: string, sample: HealthSample): Promise<void> {
    for (let tries = 1; tries <= triesMax; tries++) {
      const stored = known.stored.get(provider);
      const nowMs = Date.now();
      // The usual case: all is well, and stays so.
      if (sample.failures === 0 && healthAt(stored, nowMs) === 1) return;
      const next = healthAfter(stored, sample, nowMs);
      const values = [workspaceId, provider, next.value, new Date(next.atMs), stored?.version ?? 0];
      const [written] = await this.database.forWorkspace<{ version: number }>(workspaceId, writeStatement, values);
      if (written) {
        known.stored.set(provider, { ...next, version: written.version });
        return;
      }
      await this.read(workspaceId, known);
    }
  }
}

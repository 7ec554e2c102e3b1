import { settingsKeptMaxMs, settingsReadPatienceMs } from '../domain/limits.js';
import type { SettingsChanges } from '../platform/settingsWatch.js';

interface Entry<T> {
  value: Promise<T>;
  /** Monotonic time at which the value was read, and at which it was last tried to read it anew. */
  readAt: number;
  triedAt: number;
}

/** Beyond this many the oldest are forgotten. */
const entriesMax = 20_000;

/**
 * What was read of workspaces' settings, or of people, by owner (the workspace's or person's id) and key. While changes are heard of it is kept and dropped with the
 * change; else it is read anew after `unheardMs`. Where the database then does not answer in good time, what was read
 * before serves on, for `settingsKeptMaxMs` at most: a message must not be refused for a database that is away.
 */
export class SettingsCache<T> {
  private readonly workspaces = new Map<string, Map<string, Entry<T>>>();
  private size = 0;

  constructor(
    private readonly changes: SettingsChanges,
    private readonly unheardMs: number,
  ) {
    changes.onChange((workspaceId) => (workspaceId === undefined ? this.clear() : this.forget(workspaceId)));
  }

  /** The remembered value or what `read` answers. A failed read is not remembered. */
  get(workspaceId: string, key: string, read: () => Promise<T>): Promise<T> {
    const known = this.workspaces.get(workspaceId)?.get(key);
    const now = performance.now();
    const usable = known !== undefined && now - known.readAt < settingsKeptMaxMs;
    if (usable && (this.changes.isLive || now - known.triedAt < this.unheardMs)) return known.value;
    const value = read();
    if (usable) {
      known.triedAt = now;
      value.then(
        () => this.isKnown(workspaceId, key, known) && this.put(workspaceId, key, { value, readAt: now, triedAt: now }),
        () => undefined,
      );
      return firstAnswer(value, known.value);
    }
    const entry: Entry<T> = { value, readAt: now, triedAt: now };
    this.put(workspaceId, key, entry);
    value.catch(() => this.isKnown(workspaceId, key, entry) && this.drop(workspaceId, key));
    return value;
  }

  private isKnown(workspaceId: string, key: string, entry: Entry<T>): boolean {
    return this.workspaces.get(workspaceId)?.get(key) === entry;
  }

  /** Drops what is remembered of a workspace, after news that it is out of date. */
  forget(workspaceId: string): void {
    this.size -= this.workspaces.get(workspaceId)?.size ?? 0;
    this.workspaces.delete(workspaceId);
  }

  private clear(): void {
    this.workspaces.clear();
    this.size = 0;
  }

  private put(workspaceId: string, key: string, entry: Entry<T>): void {
    let entries = this.workspaces.get(workspaceId);
    if (!entries) this.workspaces.set(workspaceId, (entries = new Map()));
    if (!entries.has(key)) this.size += 1;
    entries.set(key, entry);
    for (const oldest of this.workspaces.keys()) {
      if (this.size <= entriesMax) break;
      this.forget(oldest);
    }
  }

  private drop(workspaceId: string, key: string): void {
    const entries = this.workspaces.get(workspaceId);
    if (entries?.delete(key)) this.size -= 1;
    if (entries?.size === 0) this.workspaces.delete(workspaceId);
  }
}

/** What the database says, if it says it in good time; else what it said before. */
async function firstAnswer<T>(fresh: Promise<T>, earlier: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(earlier), settingsReadPatienceMs);
  });
  try {
    return await Promise.race([fresh.catch(() => earlier), late]);
  } finally {
    clearTimeout(timer);
  }
}

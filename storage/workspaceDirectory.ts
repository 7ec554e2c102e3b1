import { settingsUnheardMs } from '../domain/limits.js';
import type { Database } from '../platform/database.js';
import type { MasterKeys } from '../platform/masterKeys.js';
import type { SettingsChanges } from '../platform/settingsWatch.js';
import { SettingsCache } from './settingsCache.js';
import { loadWorkspace, type Workspace } from './workspaces.js';

/**
 * Workspaces by id, remembered. What must hold at once (limits, consent) is decided again in the attempt transaction; this
 * is for what may be a little old.
 */
export class WorkspaceDirectory {
  private readonly cache: SettingsCache<Workspace | undefined>;

  constructor(
    private readonly database: Database,
    private readonly masterKeys: MasterKeys,
    changes: SettingsChanges,
  ) {
    this.cache = new SettingsCache(changes, settingsUnheardMs);
  }

  /** The workspace or undefined. */
  async find(workspaceId: string): Promise<Workspace | undefined> {
    const workspace = await this.cache.get(workspaceId, '', () => loadWorkspace(this.database, this.masterKeys, workspaceId));
    // Ids that do not exist are not worth a place.
    if (!workspace) this.cache.forget(workspaceId);
    return workspace;
  }

  /** The workspace; throws where it is gone, for callers that hold one of its messages. */
  async get(workspaceId: string): Promise<Workspace> {
    const workspace = await this.find(workspaceId);
    if (!workspace) throw new Error(`workspace ${workspaceId} does not exist`);
    return workspace;
  }

  /** Drops what is remembered, after news that it is out of date. */
  forget(workspaceId: string): void {
    this.cache.forget(workspaceId);
  }
}

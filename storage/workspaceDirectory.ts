import { settingsCacheMs } from '../domain/limits.js';
import type { Database } from '../platform/database.js';
import { loadWorkspace, type Workspace } from './workspaces.js';

interface Entry {
  workspace: Promise<Workspace | undefined>;
  readAt: number;
}

/**
 * Workspaces by id, remembered for a few seconds. What must hold at once (limits, revocation) is decided again in the
 * attempt transaction; this is for what may be a little old.
 */
export class WorkspaceDirectory {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly database: Database,
    private readonly masterKey: Buffer,
  ) {}

  /** The workspace or undefined. A failed read is not remembered. */
  async find(workspaceId: string): Promise<Workspace | undefined> {
    const known = this.entries.get(workspaceId);
    if (known && performance.now() - known.readAt < settingsCacheMs) return known.workspace;
    const workspace = loadWorkspace(this.database, this.masterKey, workspaceId);
    this.entries.set(workspaceId, { workspace, readAt: performance.now() });
    workspace.then(
      (found) => found === undefined && this.entries.delete(workspaceId),
      () => this.entries.delete(workspaceId),
    );
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
    this.entries.delete(workspaceId);
  }
}

import type { Grant } from '../domain/scopes.js';
import type { ApiKeyRegister } from '../storage/apiKeys.js';

/** Who asks, in which workspace, and what he may do there. */
export interface Caller {
  workspaceId: string;
  /** As the audit names him: an id, which opens nothing. */
  actor: string;
  scopes: readonly Grant[];
}

/** Says whose a token is. HTTP, sockets and pages ask here. Answers are remembered, so that asking again is cheap. */
export class Callers {
  constructor(private readonly apiKeys: ApiKeyRegister) {}

  /**
   * Who shows this token; undefined where it is none of ours, ended or revoked.
   *
   * @param workspaceId the workspace that the caller wants, where the request says; without it the token decides
   */
  async callerOf(token: string, workspaceId?: string): Promise<Caller | undefined> {
    const key = await this.apiKeys.find(token);
    if (!key || (workspaceId !== undefined && workspaceId !== key.workspaceId)) return undefined;
    return { workspaceId: key.workspaceId, actor: `api key ${key.id}`, scopes: key.scopes };
  }
}

import { scopesOfRole } from '../domain/roles.js';
import { everything, type Grant } from '../domain/scopes.js';
import type { ApiKey, ApiKeyRegister } from '../storage/apiKeys.js';
import type { SessionRegister } from '../storage/sessionRegister.js';
import type { SignedIn } from '../storage/sessions.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import type { AccessTokens } from './accessTokens.js';

/** Who asks, in which workspace, and what he may do there. */
export interface Caller {
  workspaceId: string;
  /** As the audit names him: an id, which opens nothing. */
  actor: string;
  scopes: readonly Grant[];
}

/** Whose a token is, before it is said in which workspace he works. */
export type Holder = { kind: 'key'; key: ApiKey } | { kind: 'person'; person: SignedIn; sessionId: string };

/** Says whose a token is. HTTP, sockets and pages ask here. Answers are remembered, so that asking again is cheap. */
export class Callers {
  constructor(
    private readonly apiKeys: ApiKeyRegister,
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionRegister,
    private readonly workspaces: Pick<WorkspaceDirectory, 'find'>,
  ) {}

  /** Whose the token is: an API key, or the access token of a person. Undefined where it is none of ours, ended or revoked. */
  async holderOf(token: string): Promise<Holder | undefined> {
    if (token.startsWith('pr_')) {
      const key = await this.apiKeys.find(token);
      return key && { kind: 'key', key };
    }
    const said = await this.tokens.read(token);
    const person = said && (await this.sessions.find(said));
    return said && person && { kind: 'person', person, sessionId: said.sessionId };
  }

  /**
   * What the holder may in a workspace; undefined where that is none of his.
   *
   * @param workspaceId without it, the workspace of the key, or the one workspace of a person who has just one
   */
  async callerIn(holder: Holder, workspaceId: string | undefined): Promise<Caller | undefined> {
    if (holder.kind === 'key') {
      const { workspaceId: own, id, scopes } = holder.key;
      return workspaceId === undefined || workspaceId === own ? { workspaceId: own, actor: `api key ${id}`, scopes } : undefined;
    }
    const { personId, memberships, isOperator } = holder.person;
    const [first, second] = memberships;
    const wanted = workspaceId ?? (second === undefined ? first?.workspaceId : undefined);
    const membership = memberships.find((one) => one.workspaceId === wanted);
    if (membership) return { workspaceId: membership.workspaceId, actor: `person ${personId}`, scopes: scopesOfRole[membership.role] };
    if (!isOperator || wanted === undefined || !(await this.workspaces.find(wanted))) return undefined;
    return { workspaceId: wanted, actor: `operator ${personId}`, scopes: [everything] };
  }

  /** Who shows this token in this workspace; undefined where he may not, or may no more. Cheap enough to be asked every few seconds of every socket. */
  async callerOf(token: string, workspaceId: string): Promise<Caller | undefined> {
    const holder = await this.holderOf(token);
    return holder && this.callerIn(holder, workspaceId);
  }
}

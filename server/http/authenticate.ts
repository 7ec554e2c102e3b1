import type { Request, RequestHandler, Response } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { Caller, Callers, Holder } from '../callers.js';

const refusal = 'send Authorization: Bearer and an API key, pr_…, or the access token of somebody who is signed in';
/** The header by which somebody who belongs to several workspaces says which one is meant. */
export const workspaceHeader = 'postrider-workspace';

/** Whose token the request shows. Throws the problem `unauthorized`. */
export async function holderOf(callers: Callers, request: Request): Promise<Holder> {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
  const holder = token === undefined ? undefined : await callers.holderOf(token);
  if (holder) return holder;
  throw new Problem('unauthorized', token ? `the token is unknown, expired or revoked; ${refusal}` : `no token was sent; ${refusal}`);
}

/** Lets in who shows a token, and remembers who it is for the routes behind. */
export function authenticate(callers: Callers): RequestHandler {
  return async (request, response, next) => {
    const holder = await holderOf(callers, request);
    const named = request.get(workspaceHeader);
    const caller = named === undefined || isUuid(named) ? await callers.callerIn(holder, named) : undefined;
    if (!caller && named === undefined)
      throw new Problem('workspace_required', `say which workspace is meant: ${workspaceHeader}: <id>; GET /v1/auth/me lists yours`);
    if (!caller) throw new Problem('forbidden', `the workspace that ${workspaceHeader} names is none of yours`);
    Object.assign(response.locals, caller);
    next();
  };
}

/** Who asked, and what he may. */
export function callerOf(response: Response): Caller {
  return response.locals as Caller;
}

/** The workspace that the request is about. */
export function workspaceIdOf(response: Response): string {
  return callerOf(response).workspaceId;
}

/** Who asked, as the audit names it. */
export function actorOf(response: Response): string {
  return callerOf(response).actor;
}

import type { RequestHandler, Response } from 'express';
import { Problem } from '../../domain/errors.js';
import type { Caller, Callers } from '../callers.js';

const refusal = 'send a valid API key: Authorization: Bearer pr_…';

/** Lets in who shows a token, and remembers who it is for the routes behind. */
export function authenticate(callers: Callers): RequestHandler {
  return async (request, response, next) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    const caller = token === undefined ? undefined : await callers.callerOf(token);
    if (!caller)
      throw new Problem(
        'unauthorized',
        token ? `the API key is unknown, expired or revoked; ${refusal}` : `no API key was sent; ${refusal}`,
      );
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

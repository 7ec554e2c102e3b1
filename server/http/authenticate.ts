import type { RequestHandler, Response } from 'express';
import { Problem } from '../../domain/errors.js';
import { type ApiKeyRegister, parseApiKey } from '../../storage/apiKeys.js';

const refusal = 'send a valid API key: Authorization: Bearer pr_…';

/** Lets in who shows an API key, and remembers whose it is for the routes behind. */
export function authenticate(apiKeys: ApiKeyRegister): RequestHandler {
  return async (request, response, next) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    const workspaceId = token && (await apiKeys.workspaceOf(token));
    if (!workspaceId)
      throw new Problem('unauthorized', token ? `the API key is unknown or revoked; ${refusal}` : `no API key was sent; ${refusal}`);
    response.locals.workspaceId = workspaceId;
    // A key's id alone opens nothing.
    response.locals.actor = `api key ${String(parseApiKey(token)?.id)}`;
    next();
  };
}

/** The workspace whose key the request showed. */
export function workspaceIdOf(response: Response): string {
  return response.locals.workspaceId as string;
}

/** Who asked, as the audit names it. */
export function actorOf(response: Response): string {
  return response.locals.actor as string;
}

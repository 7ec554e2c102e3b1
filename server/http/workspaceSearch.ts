import type { Request, RequestHandler, Response } from 'express';
import { switchWordSearch, wordSearchState } from '../../storage/wordSearch.js';
import { searchRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** Handlers of /v1/workspace/search: whether messages can be found by their words, and how far those have been gathered. */
export function workspaceSearch({ database, workspaces }: Services): { get: RequestHandler; patch: RequestHandler } {
  return {
    get: async (_request, response) => void response.json(await wordSearchState(database, workspaceIdOf(response))),
    patch: async (request: Request, response: Response) => {
      const { words, reason } = validate(searchRequest, request.body);
      const workspaceId = workspaceIdOf(response);
      await switchWordSearch(database, workspaceId, words, { actor: actorOf(response), reason });
      workspaces.forget(workspaceId);
      response.json(await wordSearchState(database, workspaceId));
    },
  };
}

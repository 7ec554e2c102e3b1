import { Router } from 'express';
import { onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { workspaceIdOf } from './authenticate.js';

export function workspaceRouter({ workspaces }: Services): Router {
  const router = Router();
  router
    .route('/')
    .get(async (_request, response) => {
      const { id, name, senders, limits } = await workspaces.get(workspaceIdOf(response));
      response.json({ id, name, senders, limits });
    })
    .all(onlyMethods('GET'));
  return router;
}

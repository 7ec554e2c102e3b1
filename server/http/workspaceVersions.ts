import { type Request, type RequestHandler, type Response, Router } from 'express';
import { versionMax } from '../../domain/limits.js';
import { goBack, listVersions, type WayBack } from '../configurationVersions.js';
import { onlyMethods } from '../problemResponses.js';
import { backPath, backRequest, versionsPage } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';
import { byHandOf } from './interventions.js';
import { optionalJsonBody } from './jsonBody.js';

/** What the workspace was set to, by whom, and the way back. */
export function workspaceVersionsRouter(services: Services): Router {
  const router = Router();
  router
    .route('/')
    .get(async (request, response) => {
      const { limit, before } = validate(versionsPage, request.query);
      response.json(await listVersions(services, workspaceIdOf(response), before ?? versionMax + 1, limit));
    })
    .all(onlyMethods('GET'));

  const back =
    (way: WayBack): RequestHandler =>
    async (request: Request, response: Response) => {
      const { version } = validate(backPath, request.params);
      const { dryRun, confirm, reason } = validate(backRequest, request.body);
      const wanted = { way, version, dryRun, evenChangedSince: confirm !== undefined };
      response.json(await goBack(services, workspaceIdOf(response), wanted, byHandOf(request, response, reason)));
    };
  for (const way of ['undo', 'restore'] as const) {
    router
      .route(`/:version/${way}`)
      .post(...optionalJsonBody, back(way))
      .all(onlyMethods('POST'));
  }
  return router;
}

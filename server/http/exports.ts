import { Router } from 'express';
import type { ExportProgress } from '../../domain/exports.js';
import { exportLinkLifeMs } from '../../domain/historyLimits.js';
import { exportLinkPath } from '../exportLinks.js';
import { onlyMethods } from '../problemResponses.js';
import { byHandRequest, exportRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { cancelExport, exportProgress, startExport } from '../startExport.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';
import { byHandOf } from './interventions.js';
import { jsonBody, optionalJsonBody } from './jsonBody.js';

/** Files of messages: asked for, looked at, fetched by a link that expires, canceled. */
export function exportsRouter(services: Services): Router {
  const { workspaces, publicBaseUrl } = services;
  const router = Router();

  const viewOf = async (workspaceId: string, exportId: string, progress: ExportProgress) => {
    const { expiresAtMs, share, parts, endedBecause = null, ...rest } = progress;
    const linkExpiresAtMs = Math.min(Date.now() + exportLinkLifeMs, expiresAtMs ?? 0);
    const { keys } = await workspaces.get(workspaceId);
    const link = { workspaceId, exportId, format: progress.format, parts, expiresAtMs: linkExpiresAtMs };
    const isThere = progress.state === 'done';
    return {
      id: exportId,
      ...rest,
      endedBecause,
      percent: Math.floor(share * 100),
      expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
      url: isThere ? publicBaseUrl + exportLinkPath(keys.export, link) : null,
      urlExpiresAt: isThere ? new Date(linkExpiresAtMs).toISOString() : null,
    };
  };

  router
    .route('/')
    .post(...jsonBody, async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { reason, ...wanted } = validate(exportRequest, request.body);
      const { id, repeated } = await startExport(services, workspaceId, wanted, byHandOf(request, response, reason));
      response.status(202).location(`/v1/exports/${id}`);
      if (repeated) response.set('Idempotent-Replayed', 'true');
      response.json({ id, format: wanted.format });
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { id } = request.params;
      response.set('Cache-Control', 'no-store');
      response.json(await viewOf(workspaceId, id, await exportProgress(services, workspaceId, id)));
    })
    .all(onlyMethods('GET'));

  router
    .route('/:id/cancel')
    .post(...optionalJsonBody, async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const id = request.params.id as string;
      const { reason } = validate(byHandRequest, request.body);
      response.json(await viewOf(workspaceId, id, await cancelExport(services, workspaceId, id, byHandOf(request, response, reason))));
    })
    .all(onlyMethods('POST'));

  return router;
}

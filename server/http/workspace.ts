import { Router } from 'express';
import { breakerViews } from '../breakerView.js';
import { onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { workspaceIdOf } from './authenticate.js';
import { jsonBody } from './jsonBody.js';
import { workspaceBreakers } from './workspaceBreakers.js';
import { workspaceErrors } from './workspaceErrors.js';
import { workspaceLimits } from './workspaceLimits.js';
import { workspaceRoutes } from './workspaceRoutes.js';

export function workspaceRouter(services: Services): Router {
  const { settings, workspaces } = services;
  const router = Router();
  router
    .route('/')
    .get(async (_request, response) => {
      const workspace = await settings.forWorkspace(workspaceIdOf(response), (transaction) => transaction.workspace.findFirstOrThrow());
      const known = await workspaces.get(workspace.id);
      const breakers = breakerViews(known, Date.now());
      const { id, name, ratePerSecond, burst, cooldownMs, countBy, cooldownUntil, limitsEpoch } = workspace;
      response.json({
        id,
        name,
        senders: known.senders.map((sender) => ({ id: sender.id, phoneNumber: sender.phoneNumber, provider: sender.provider })),
        limits: { ratePerSecond, burst, cooldownMs, countBy, epoch: limitsEpoch },
        // Nothing is sent before this time, after a rate error of the provider.
        coolingDownUntil: cooldownUntil && cooldownUntil.getTime() > Date.now() ? cooldownUntil.toISOString() : null,
        // Only those that are not simply closed.
        breakers: breakers.filter(({ state, forced }) => state !== 'closed' || forced),
      });
    })
    .all(onlyMethods('GET'));
  const limits = workspaceLimits(services);
  router
    .route('/limits')
    .get(limits.get)
    .patch(...jsonBody, limits.patch)
    .all(onlyMethods('GET', 'PATCH'));
  const errors = workspaceErrors(services);
  router
    .route('/errors')
    .get(errors.get)
    .patch(...jsonBody, errors.patch)
    .all(onlyMethods('GET', 'PATCH'));
  const routes = workspaceRoutes(services);
  router
    .route('/routes')
    .get(routes.get)
    .put(...jsonBody, routes.put)
    .all(onlyMethods('GET', 'PUT'));
  const breakers = workspaceBreakers(services);
  router.route('/breakers').get(breakers.list).all(onlyMethods('GET'));
  router
    .route('/breakers/:scope/:subject')
    .put(...jsonBody, breakers.put)
    .all(onlyMethods('PUT'));
  return router;
}

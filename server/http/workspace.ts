import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { senderKindOf } from '../../domain/sender.js';
import { addSender } from '../../storage/senders.js';
import type { Workspace } from '../../storage/workspaces.js';
import { breakerViews } from '../breakerView.js';
import { onlyMethods } from '../problemResponses.js';
import { senderPath, senderRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { jsonBody, optionalJsonBody } from './jsonBody.js';
import { providersRouter } from './providers.js';
import { workspaceAuditRouter } from './workspaceAudit.js';
import { workspaceBreakers } from './workspaceBreakers.js';
import { workspaceErrors } from './workspaceErrors.js';
import { workspaceLimiter } from './workspaceLimiter.js';
import { workspaceLimits } from './workspaceLimits.js';
import { workspaceRetention } from './workspaceRetention.js';
import { workspaceRoutes } from './workspaceRoutes.js';
import { workspaceSearch } from './workspaceSearch.js';
import { workspaceVersionsRouter } from './workspaceVersions.js';

/** A sender lives at a provider where the workspace has an account. Throws Problem `invalid_request`. */
function refuseUnlessAccount({ accounts }: Workspace, provider: string | undefined): void {
  if (provider === undefined || accounts.some((account) => account.provider === provider)) return;
  const message = `is ${provider}, at which this workspace has no account`;
  throw new Problem('invalid_request', `provider ${message}`, { errors: [{ field: 'provider', message }] });
}

export function workspaceRouter(services: Services): Router {
  const { settings, database, workspaces } = services;
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
        senders: known.senders.map(({ id: senderId, phoneNumber, provider }) => ({
          id: senderId,
          phoneNumber,
          kind: senderKindOf(phoneNumber),
          provider,
        })),
        limits: { ratePerSecond, burst, cooldownMs, countBy, epoch: limitsEpoch },
        // Nothing is sent before this time, after a rate error of the provider.
        coolingDownUntil: cooldownUntil && cooldownUntil.getTime() > Date.now() ? cooldownUntil.toISOString() : null,
        // Only those that are not simply closed.
        breakers: breakers.filter(({ state, forced }) => state !== 'closed' || forced),
      });
    })
    .all(onlyMethods('GET'));
  router
    .route('/senders/:sender')
    .put(...optionalJsonBody, async (request, response) => {
      const { sender: phoneNumber } = validate(senderPath, request.params);
      const { provider, reason } = validate(senderRequest, request.body);
      const workspaceId = workspaceIdOf(response);
      refuseUnlessAccount(await workspaces.get(workspaceId), provider);
      const { id, isNew } = await addSender(database, workspaceId, { phoneNumber, provider }, { actor: actorOf(response), reason });
      workspaces.forget(workspaceId);
      const { senders } = await workspaces.get(workspaceId);
      const lives = senders.find((sender) => sender.id === id)?.provider;
      response.status(isNew ? 201 : 200).json({ id, phoneNumber, kind: senderKindOf(phoneNumber), provider: lives });
    })
    .all(onlyMethods('PUT'));
  router.use('/providers', providersRouter(services));
  const limits = workspaceLimits(services);
  router
    .route('/limits')
    .get(limits.get)
    .patch(...jsonBody, limits.patch)
    .all(onlyMethods('GET', 'PATCH'));
  router.route('/limiter').get(workspaceLimiter(services)).all(onlyMethods('GET'));
  const errors = workspaceErrors(services);
  router
    .route('/errors')
    .get(errors.get)
    .patch(...jsonBody, errors.patch)
    .all(onlyMethods('GET', 'PATCH'));
  router.use('/audit', workspaceAuditRouter(services));
  const retention = workspaceRetention(services);
  router
    .route('/retention')
    .get(retention.get)
    .patch(...jsonBody, retention.patch)
    .all(onlyMethods('GET', 'PATCH'));
  router.use('/versions', workspaceVersionsRouter(services));
  const routes = workspaceRoutes(services);
  router
    .route('/routes')
    .get(routes.get)
    .put(...jsonBody, routes.put)
    .all(onlyMethods('GET', 'PUT'));
  const search = workspaceSearch(services);
  router
    .route('/search')
    .get(search.get)
    .patch(...jsonBody, search.patch)
    .all(onlyMethods('GET', 'PATCH'));
  const breakers = workspaceBreakers(services);
  router.route('/breakers').get(breakers.list).all(onlyMethods('GET'));
  router
    .route('/breakers/:scope/:subject')
    .put(...jsonBody, breakers.put)
    .all(onlyMethods('PUT'));
  return router;
}

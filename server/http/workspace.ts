import { Router } from 'express';
import { senderKindOf } from '../../domain/sender.js';
import { addSender } from '../../storage/senders.js';
import { onlyMethods } from '../problemResponses.js';
import { senderPath } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { jsonBody } from './jsonBody.js';
import { providersRouter } from './providers.js';
import { workspaceErrors } from './workspaceErrors.js';
import { workspaceLimits } from './workspaceLimits.js';
import { workspaceVersionsRouter } from './workspaceVersions.js';

export function workspaceRouter(services: Services): Router {
  const { settings, database, workspaces } = services;
  const router = Router();
  router
    .route('/')
    .get(async (_request, response) => {
      const workspace = await settings.forWorkspace(workspaceIdOf(response), (transaction) =>
        transaction.workspace.findFirstOrThrow({ include: { senders: { orderBy: { createdAt: 'asc' } } } }),
      );
      const { id, name, senders, ratePerSecond, burst, cooldownMs, countBy, cooldownUntil, limitsEpoch } = workspace;
      response.json({
        id,
        name,
        senders: senders.map(({ id: senderId, phoneNumber }) => ({ id: senderId, phoneNumber, kind: senderKindOf(phoneNumber) })),
        limits: { ratePerSecond, burst, cooldownMs, countBy, epoch: limitsEpoch },
        // Nothing is sent before this time, after a rate error of the provider.
        coolingDownUntil: cooldownUntil && cooldownUntil.getTime() > Date.now() ? cooldownUntil.toISOString() : null,
      });
    })
    .all(onlyMethods('GET'));
  router
    .route('/senders/:sender')
    .put(async (request, response) => {
      const { sender: phoneNumber } = validate(senderPath, request.params);
      const workspaceId = workspaceIdOf(response);
      const { id, isNew } = await addSender(database, workspaceId, phoneNumber, { actor: actorOf(response) });
      workspaces.forget(workspaceId);
      response.status(isNew ? 201 : 200).json({ id, phoneNumber, kind: senderKindOf(phoneNumber) });
    })
    .all(onlyMethods('PUT'));
  router.use('/providers', providersRouter(services));
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
  router.use('/versions', workspaceVersionsRouter(services));
  return router;
}

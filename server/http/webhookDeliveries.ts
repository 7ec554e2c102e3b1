import { type Response, Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { WebhookRef } from '../../domain/webhooks.js';
import { noteAudit } from '../../storage/audit.js';
import { listWebhookDeliveries, redeliverWebhook, testWebhookEndpoint } from '../../storage/webhookDeliveries.js';
import { findWebhookEndpoint, type WebhookEndpoint } from '../../storage/webhookEndpoints.js';
import { cursorsOf } from '../cursor.js';
import { onlyMethods } from '../problemResponses.js';
import { webhookDeliveriesPage } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf } from './authenticate.js';
import { endpointRef, noEndpoint, refuseStatusCallbacks } from './endpointRef.js';

/** What was sent to an endpoint, and what came of it; a test, and one more try. */
export function webhookDeliveriesRouter(services: Services): Router {
  const { database, settings } = services;
  const router = Router();

  router
    .route('/:id/deliveries')
    .get(async (request, response) => {
      const ref = endpointRef(response, request.params.id);
      const { limit, cursor, status } = validate(webhookDeliveriesPage, request.query);
      if (!(await findWebhookEndpoint(settings, ref))) throw noEndpoint();
      const cursors = await cursorsOf(services, ref.workspaceId, 'webhook-deliveries');
      const found = await listWebhookDeliveries(database, ref, status, cursors.decode(cursor), limit + 1);
      response.json(
        cursors.page(
          found,
          limit,
          ({ occurredAt, id }) => ({ at: occurredAt, id }),
          (delivery) => delivery,
        ),
      );
    })
    .all(onlyMethods('GET'));

  router
    .route('/:id/test')
    .post(async (request, response) => {
      const ref = await enabledEndpoint(response, request.params.id, refuseStatusCallbacks);
      const delivery = await testWebhookEndpoint(database, ref);
      await note(response, ref, 'webhook.tested', delivery.id);
      response.status(202).json(delivery);
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id/deliveries/:delivery/redeliver')
    .post(async (request, response) => {
      const ref = await enabledEndpoint(response, request.params.id);
      const { delivery: id } = request.params;
      const delivery = isUuid(id) ? await redeliverWebhook(database, ref, id) : undefined;
      if (!delivery) throw new Problem('not_found', 'this webhook endpoint has no delivery with that id');
      await note(response, ref, 'webhook.redelivered', delivery.id);
      response.status(202).json(delivery);
    })
    .all(onlyMethods('POST'));

  return router;

  async function enabledEndpoint(response: Response, id: string, refuse?: (endpoint: WebhookEndpoint) => void): Promise<WebhookRef> {
    const ref = endpointRef(response, id);
    const endpoint = await findWebhookEndpoint(settings, ref);
    if (!endpoint) throw noEndpoint();
    refuse?.(endpoint);
    if (endpoint.enabled) return ref;
    const detail = `the endpoint is disabled (${endpoint.disabledReason ?? 'by hand'}): enable it first, by PATCH with {"enabled": true}`;
    throw new Problem('webhook_endpoint_disabled', detail);
  }

  function note(response: Response, { workspaceId, endpointId }: WebhookRef, action: string, deliveryId: string): Promise<void> {
    return noteAudit(database, { workspaceId }, action, { actor: actorOf(response) }, { endpointId, deliveryId });
  }
}

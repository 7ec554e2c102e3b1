import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { webhookEndpointsMax } from '../../domain/limits.js';
import { RefusedUrl } from '../../platform/publicHttp.js';
import {
  changeWebhookEndpoint,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  findWebhookEndpoint,
  listWebhookEndpoints,
  rotateWebhookSecret,
  type WebhookEndpoint,
} from '../../storage/webhookEndpoints.js';
import { onlyMethods } from '../problemResponses.js';
import { webhookEndpointChange, webhookEndpointRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { endpointRef, noEndpoint, refuseStatusCallbacks } from './endpointRef.js';
import { jsonBody } from './jsonBody.js';
import { webhookDeliveriesRouter } from './webhookDeliveries.js';

/** Where a workspace wants to hear of what happens. Each change is noted in the audit. */
export function webhookEndpointsRouter(services: Services): Router {
  const { settings, workspaces, http } = services;
  const router = Router();

  router
    .route('/')
    .get(async (_request, response) => {
      response.json({ data: await listWebhookEndpoints(settings, workspaceIdOf(response)) });
    })
    .post(...jsonBody, async (request, response) => {
      const chosen = validate(webhookEndpointRequest, request.body);
      await refuseInnerUrl(chosen.url);
      const workspace = await workspaces.get(workspaceIdOf(response));
      const made = await createWebhookEndpoint(settings, workspace, chosen, { actor: actorOf(response) });
      if (!made) {
        const detail = `the workspace has ${webhookEndpointsMax} webhook endpoints, which is as many as there may be: delete one, or change it`;
        throw new Problem('too_many_webhook_endpoints', detail);
      }
      response.status(201).location(`/v1/webhook-endpoints/${made.endpoint.id}`).json(withSecret(made));
    })
    .all(onlyMethods('GET', 'POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      const endpoint = await findWebhookEndpoint(settings, endpointRef(response, request.params.id));
      if (!endpoint) throw noEndpoint();
      response.json(endpoint);
    })
    .patch(...jsonBody, async (request, response) => {
      const ref = endpointRef(response, request.params.id as string);
      const given = validate(webhookEndpointChange, request.body);
      if (given.url !== undefined) await refuseInnerUrl(given.url);
      if (given.url !== undefined || given.eventTypes !== undefined) refuseStatusCallbacks(await findWebhookEndpoint(settings, ref));
      const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const endpoint = await changeWebhookEndpoint(settings, ref, change, { actor: actorOf(response) });
      if (!endpoint) throw noEndpoint();
      response.json(endpoint);
    })
    .delete(async (request, response) => {
      const ref = endpointRef(response, request.params.id);
      if (!(await deleteWebhookEndpoint(settings, ref, { actor: actorOf(response) }))) throw noEndpoint();
      response.status(204).end();
    })
    .all(onlyMethods('GET', 'PATCH', 'DELETE'));

  router
    .route('/:id/rotate-secret')
    .post(async (request, response) => {
      const ref = endpointRef(response, request.params.id);
      refuseStatusCallbacks(await findWebhookEndpoint(settings, ref));
      const { workspaceId, endpointId } = ref;
      const workspace = await workspaces.get(workspaceId);
      const rotated = await rotateWebhookSecret(settings, workspace, endpointId, { actor: actorOf(response) });
      if (!rotated) throw noEndpoint();
      response.json(withSecret(rotated));
    })
    .all(onlyMethods('POST'));

  router.use(webhookDeliveriesRouter(services));
  return router;

  async function refuseInnerUrl(url: string): Promise<void> {
    try {
      await http.check(url);
    } catch (error) {
      if (!(error instanceof RefusedUrl)) throw error;
      throw new Problem('webhook_url_refused', `url ${error.message}`, { errors: [{ field: 'url', message: error.message }] });
    }
  }
}

const withSecret = ({ endpoint, secret }: { endpoint: WebhookEndpoint; secret: string }) => ({ ...endpoint, secret });

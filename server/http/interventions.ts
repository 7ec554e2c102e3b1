import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { ByHand } from '../../storage/audit.js';
import { cancelMessage } from '../cancelMessage.js';
import { dismissMessage, parkMessage } from '../parkMessage.js';
import { onlyMethods } from '../problemResponses.js';
import { byHandRequest, resolveRequest, retryRequest } from '../requestSchemas.js';
import { resolveMessage } from '../resolveMessage.js';
import { retryMessage } from '../retryMessage.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { idempotencyKeyOf } from './idempotencyKeyOf.js';
import { optionalJsonBody } from './jsonBody.js';

/** Who asks for something to be done by hand, why, and under which key. */
export function byHandOf(request: Request, response: Response, reason: string | undefined): ByHand {
  return { actor: actorOf(response), reason, idempotencyKey: idempotencyKeyOf(request) };
}

/** What people do to single messages. Each is noted in the audit, with the change that it makes. */
export function interventionsRouter(services: Services): Router {
  const router = Router();
  const on = (name: string, handle: RequestHandler<{ id: string }>) =>
    router
      .route(`/:id/${name}`)
      .post(...optionalJsonBody, handle as RequestHandler)
      .all(onlyMethods('POST'));
  const simple = (name: string, act: typeof cancelMessage) =>
    on(name, async (request, response) => {
      const { reason } = validate(byHandRequest, request.body);
      response.json(await act(services, workspaceIdOf(response), request.params.id, byHandOf(request as Request, response, reason)));
    });

  simple('cancel', cancelMessage);
  simple('park', parkMessage);
  simple('dismiss', dismissMessage);

  on('retry', async (request, response) => {
    const { confirm, reason } = validate(retryRequest, request.body);
    const byHand = { ...byHandOf(request as Request, response, reason), mayHaveBeenSent: confirm !== undefined };
    response.json(await retryMessage(services, workspaceIdOf(response), request.params.id, byHand));
  });

  on('resolve', async (request, response) => {
    const { providerMessageId: sentAs, reason } = validate(resolveRequest, request.body);
    const byHand = { ...byHandOf(request as Request, response, reason), sentAs };
    response.json(await resolveMessage(services, workspaceIdOf(response), request.params.id, byHand));
  });

  return router;
}

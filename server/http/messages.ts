import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { StoredMessage } from '../../storage/messages.js';
import { acceptedMessage, acceptMessage } from '../acceptMessage.js';
import { reading } from '../archiveProblems.js';
import { HistoryReader } from '../historyReader.js';
import { messageRecord } from '../messageRecord.js';
import { type MessageView, viewOf } from '../messageView.js';
import { onlyMethods } from '../problemResponses.js';
import { historyQuery, messageRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { traceMessage } from '../traceMessage.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { idempotencyKeyOf } from './idempotencyKeyOf.js';
import { jsonBody } from './jsonBody.js';

/** A message of this workspace. An id of another workspace is not told apart from one that does not exist. */
async function messageOf(services: Services, workspaceId: string, id: string): Promise<StoredMessage> {
  const found = isUuid(id) ? await reading(() => services.history.find(workspaceId, id)) : undefined;
  if (!found) throw new Problem('not_found', 'this workspace has no message with that id');
  return found;
}

/** The same as people see it; one that was accepted a moment ago and is not stored yet is asked of its workflow. */
export async function viewOfMessage(services: Services, workspaceId: string, id: string): Promise<MessageView> {
  try {
    return viewOf(await messageOf(services, workspaceId, id));
  } catch (error) {
    const accepted = isUuid(id) ? await acceptedMessage(services, { workspaceId, messageId: id }) : undefined;
    if (!accepted) throw error;
    // Its workflow may have answered after it stored the row, which says more; a database that is away says nothing.
    const stored = await services.history.find(workspaceId, id).catch(() => 'away' as const);
    if (stored !== undefined && stored !== 'away') return viewOf(stored);
    if (stored === undefined && accepted.wasStored) throw error;
    return accepted.view;
  }
}

export function messagesRouter(services: Services): Router {
  const router = Router();
  const history = new HistoryReader(services);

  router
    .route('/')
    .get(async (request, response) => {
      response.json(await history.page(workspaceIdOf(response), validate(historyQuery, request.query)));
    })
    .post(...jsonBody, async (request, response) => {
      if (request.body && typeof request.body === 'object' && 'templateId' in request.body) {
        throw new Problem('templates_not_available', 'templateId: send the text in body until templates exist', {
          errors: [{ field: 'templateId', message: 'is not available yet' }],
        });
      }
      const { message, repeated } = await acceptMessage(
        services,
        workspaceIdOf(response),
        validate(messageRequest, request.body),
        idempotencyKeyOf(request),
      );
      response.status(202).location(`/v1/messages/${message.id}`);
      if (repeated) response.set('Idempotent-Replayed', 'true');
      response.json(message);
    })
    .all(onlyMethods('GET', 'POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      response.json(await viewOfMessage(services, workspaceIdOf(response), request.params.id));
    })
    .all(onlyMethods('GET'));

  router
    .route('/:id/trace')
    .get(async (request, response) => {
      const message = await messageOf(services, workspaceIdOf(response), request.params.id);
      response.json(await traceMessage(services, message));
    })
    .all(onlyMethods('GET'));

  router
    .route('/:id/record')
    .get(async (request, response) => {
      const message = await messageOf(services, workspaceIdOf(response), request.params.id);
      response.attachment(`message-${message.id}.json`).json(await messageRecord(services, message, actorOf(response)));
    })
    .all(onlyMethods('GET'));

  return router;
}

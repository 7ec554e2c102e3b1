import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import { conversationSequence, listConversations } from '../../storage/conversations.js';
import { cursorsOf } from '../cursor.js';
import { HistoryReader } from '../historyReader.js';
import { onlyMethods } from '../problemResponses.js';
import { historyQuery, page } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';

export function conversationsRouter(services: Services): Router {
  const { database } = services;
  const router = Router();
  const history = new HistoryReader(services);

  router
    .route('/')
    .get(async (request, response) => {
      const { limit, cursor } = validate(page, request.query);
      const workspaceId = workspaceIdOf(response);
      const cursors = await cursorsOf(services, workspaceId, 'conversations');
      const found = await listConversations(services, workspaceId, cursors.decode(cursor), limit + 1);
      response.json(
        cursors.page(
          found,
          limit,
          ({ lastMessageAt, id }) => ({ at: lastMessageAt, id }),
          (conversation) => conversation,
        ),
      );
    })
    .all(onlyMethods('GET'));

  router
    .route('/:id/messages')
    .get(async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { id } = request.params;
      const asked = validate(historyQuery, request.query);
      if (!isUuid(id) || (await conversationSequence(database, workspaceId, id)) === undefined) {
        throw new Problem('not_found', 'this workspace has no conversation with that id');
      }
      response.json(await history.page(workspaceId, { ...asked, conversationId: id }));
    })
    .all(onlyMethods('GET'));

  return router;
}

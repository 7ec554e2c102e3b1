import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import { conversationSequence, listConversations } from '../../storage/conversations.js';
import { messagesOfConversation } from '../../storage/messages.js';
import { decodeCursor, pageOf } from '../cursor.js';
import { viewOf } from '../messageView.js';
import { onlyMethods } from '../problemResponses.js';
import { page } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';

export function conversationsRouter({ database }: Services): Router {
  const router = Router();

  router
    .route('/')
    .get(async (request, response) => {
      const { limit, cursor } = validate(page, request.query);
      const found = await listConversations(database, workspaceIdOf(response), decodeCursor(cursor), limit + 1);
      response.json(
        pageOf(
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
      const { limit, cursor } = validate(page, request.query);
      const before = decodeCursor(cursor);
      if (!isUuid(id) || (await conversationSequence(database, workspaceId, id)) === undefined) {
        throw new Problem('not_found', 'this workspace has no conversation with that id');
      }
      const found = await messagesOfConversation(database, workspaceId, id, before, limit + 1);
      response.json(pageOf(found, limit, ({ createdAt, id: messageId }) => ({ at: createdAt, id: messageId }), viewOf));
    })
    .all(onlyMethods('GET'));

  return router;
}

import { type Response, Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import { type Conversation, conversationSequence, findConversation, listConversations } from '../../storage/conversations.js';
import { changeConversation, listAssignees, markRead, markUnread } from '../../storage/conversationWork.js';
import { wordHash } from '../../storage/wordHash.js';
import { cursorsOf } from '../cursor.js';
import { HistoryReader } from '../historyReader.js';
import { onlyMethods } from '../problemResponses.js';
import { conversationChange, conversationsQuery, historyQuery, readRequest } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { jsonBody } from './jsonBody.js';

export function conversationsRouter(services: Services): Router {
  const { database, workspaces, bus } = services;
  const router = Router();
  const history = new HistoryReader(services);

  router
    .route('/')
    .get(async (request, response) => {
      const { limit, cursor, status, assignee, unread, q } = validate(conversationsQuery, request.query);
      const workspaceId = workspaceIdOf(response);
      const filter = {
        status,
        assigneeId: assignee === 'none' ? null : assignee === 'me' ? personOf(response) : assignee,
        unread: unread === 'true',
        terms: q && (await hashesOf(workspaceId, q)),
      };
      const cursors = await cursorsOf(services, workspaceId, 'conversations');
      const found = await listConversations(services, workspaceId, filter, cursors.decode(cursor), limit + 1);
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
    .route('/:id')
    .get(async (request, response) => {
      response.json(await conversation(response, request.params.id));
    })
    .patch(...jsonBody, async (request, response) => {
      const { reason, ...change } = validate(conversationChange, request.body);
      const { id } = await conversation(response, request.params.id);
      const outcome = await changeConversation(database, workspaceIdOf(response), id, change, { actor: actorOf(response), reason });
      if (outcome === 'unknown assignee')
        throw new Problem('unknown_assignee', 'nobody with that id may answer in this workspace: GET /v1/assignees lists who may', {
          errors: [{ field: 'assigneeId', message: 'is nobody who may answer here' }],
        });
      const now = await conversation(response, id);
      if (outcome === 'assigned meanwhile') {
        const whose = now.assignee ? `${now.assignee.name} has it by now` : 'nobody has it any more';
        throw new Problem('assigned_meanwhile', `the conversation was given to somebody meanwhile: ${whose}`);
      }
      tell(workspaceIdOf(response), now);
      response.json(now);
    })
    .all(onlyMethods('GET', 'PATCH'));

  router
    .route('/:id/read')
    .post(...jsonBody, async (request, response) => {
      const { upToSeq } = validate(readRequest, request.body);
      const { id } = await conversation(response, request.params.id);
      const isNew = await markRead(database, workspaceIdOf(response), id, upToSeq);
      const now = await conversation(response, id);
      if (isNew) tell(workspaceIdOf(response), now);
      response.json(now);
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id/unread')
    .post(async (request, response) => {
      const { id } = await conversation(response, request.params.id);
      const isNew = await markUnread(database, workspaceIdOf(response), id);
      const now = await conversation(response, id);
      if (isNew) tell(workspaceIdOf(response), now);
      response.json(now);
    })
    .all(onlyMethods('POST'));

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

  async function conversation(response: Response, id: string): Promise<Conversation> {
    const found = isUuid(id) ? await findConversation(services, workspaceIdOf(response), id) : undefined;
    if (!found) throw new Problem('not_found', 'this workspace has no conversation with that id');
    return found;
  }

  /** Those who look at it, and at the list, hear of it: by ids and marks, without what was written. */
  function tell(workspaceId: string, { id, status, closedAt, assignee, unread, lastSeq }: Conversation): void {
    bus.note(workspaceId, { kind: 'conversation', change: { id, status, closedAt, assignee, unread, lastSeq } });
  }

  async function hashesOf(workspaceId: string, terms: string[]): Promise<string[]> {
    const { keys } = await workspaces.get(workspaceId);
    return terms.map((term) => wordHash(keys.words, term));
  }
}

/** Who may be given a conversation. */
export function assigneesRouter({ database }: Services): Router {
  const router = Router();
  router
    .route('/')
    .get(async (_request, response) => {
      response.json({ data: await listAssignees(database, workspaceIdOf(response)) });
    })
    .all(onlyMethods('GET'));
  return router;
}

/** The id of the person who asks. Throws Problem `invalid_request` where that is a key. */
function personOf(response: Response): string {
  const [, id] = /^(?:person|operator) (\S+)$/.exec(actorOf(response)) ?? [];
  if (id) return id;
  const message = 'is me, and a key is nobody: name a person by its id';
  throw new Problem('invalid_request', `assignee ${message}`, { errors: [{ field: 'assignee', message }] });
}

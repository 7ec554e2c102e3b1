import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { nilUuid } from '../../domain/ids.js';
import { type QueueName, queueNames, reasonOf } from '../../domain/queues.js';
import { messagesOfQueue, type QueuedMessage } from '../../storage/queues.js';
import { cursorsOf } from '../cursor.js';
import { onlyMethods } from '../problemResponses.js';
import { ageS, QueueReader } from '../queueReader.js';
import { page } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';
import { cancellationsRouter } from './cancellations.js';
import { redrivesRouter } from './redrives.js';

/** The queues are listed from their oldest message on. */
const beginning = { at: new Date(0), id: nilUuid };

export function queuesRouter(services: Services): Router {
  const router = Router();
  const reader = new QueueReader(services.database);

  router
    .route('/')
    .get(async (_request, response) => {
      response.json(await reader.read(workspaceIdOf(response)));
    })
    .all(onlyMethods('GET'));

  router.use('/failed/redrive', redrivesRouter(services));
  router.use('/outbound/cancel', cancellationsRouter(services));

  router
    .route('/:queue')
    .get(async (request, response) => {
      const queue = queueNamed(request.params.queue);
      const { limit, cursor } = validate(page, request.query);
      const workspaceId = workspaceIdOf(response);
      const cursors = await cursorsOf(services, workspaceId, `queues/${queue}`);
      const after = cursors.decode(cursor, beginning);
      const found = await messagesOfQueue(services, workspaceId, queue, after, limit + 1);
      response.json(cursors.page(found, limit, ({ since, id }) => ({ at: since, id }), viewOf));
    })
    .all(onlyMethods('GET'));

  return router;
}

/** A message of a queue, as the API shows it. */
export type QueuedMessageView = ReturnType<typeof viewOf>;

function queueNamed(text: string): QueueName {
  const queue = queueNames.find((name) => name === text);
  if (!queue) throw new Problem('not_found', `there is no queue ${JSON.stringify(text)}; the queues are ${queueNames.join(', ')}`);
  return queue;
}

function viewOf({
  id,
  conversationId,
  to,
  from,
  priority,
  status,
  attempt,
  providerMessageId,
  error,
  sendAt,
  since,
  createdAt,
}: QueuedMessage) {
  return {
    id,
    conversationId,
    to,
    from,
    lane: priority,
    status,
    reason: error?.message || (reasonOf[status] ?? status),
    error,
    attempt,
    providerMessageId,
    sendAt: sendAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    since: since.toISOString(),
    ageS: ageS(since.getTime(), Date.now()),
  };
}

import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import { findNotification, listNotifications, markNotificationsRead } from '../../storage/notifications.js';
import { cursorsOf } from '../cursor.js';
import { onlyMethods } from '../problemResponses.js';
import { notificationsPage } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** What people were told of: listed, and marked as read. */
export function notificationsRouter(services: Services): Router {
  const { database, store } = services;
  const router = Router();

  router
    .route('/')
    .get(async (request, response) => {
      const { limit, cursor, state } = validate(notificationsPage, request.query);
      const workspaceId = workspaceIdOf(response);
      const cursors = await cursorsOf(services, workspaceId, 'notifications');
      const found = await listNotifications(database, workspaceId, state, cursors.decode(cursor), limit + 1);
      response.json(
        cursors.page(
          found,
          limit,
          ({ firstAt, id }) => ({ at: firstAt, id }),
          (notification) => notification,
        ),
      );
    })
    .all(onlyMethods('GET'));

  router
    .route('/read')
    .post(async (_request, response) => {
      const workspaceId = workspaceIdOf(response);
      const read = await markNotificationsRead(database, workspaceId, null, { actor: actorOf(response) });
      if (read > 0) store.changed(workspaceId);
      response.json({ read });
    })
    .all(onlyMethods('POST'));

  router
    .route('/:id/read')
    .post(async (request, response) => {
      const { id } = request.params;
      const workspaceId = workspaceIdOf(response);
      if (isUuid(id) && (await markNotificationsRead(database, workspaceId, id, { actor: actorOf(response) })) > 0)
        store.changed(workspaceId);
      const notification = isUuid(id) ? await findNotification(database, workspaceId, id) : undefined;
      if (!notification) throw new Problem('not_found', 'this workspace has no notification with that id');
      response.json(notification);
    })
    .all(onlyMethods('POST'));

  return router;
}

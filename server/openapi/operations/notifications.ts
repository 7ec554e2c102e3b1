import { z } from 'zod';
import { notificationsPage } from '../../requestSchemas.js';
import { notification } from '../answers/notifications.js';
import { count, pageOf } from '../answers/plain.js';
import type { Operations } from '../operation.js';

export const notifications = {
  '/notifications': {
    get: {
      id: 'listNotifications',
      scope: 'workspace:read',
      summary: 'List what somebody should look at',
      query: notificationsPage,
      answers: { 200: pageOf(notification) },
      example: { query: { state: 'unread' } },
    },
  },
  '/notifications/read': {
    post: {
      id: 'readAllNotifications',
      scope: 'workspace:read',
      summary: 'Mark all notifications as read',
      answers: { 200: z.strictObject({ read: count }) },
    },
  },
  '/notifications/:id/read': {
    post: {
      id: 'readNotification',
      scope: 'workspace:read',
      summary: 'Mark a notification as read',
      params: { id: 'notification' },
      answers: { 200: notification },
    },
  },
} as const satisfies Operations;

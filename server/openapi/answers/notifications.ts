import { z } from 'zod';
import { type NotificationKind, notificationKinds } from '../../../domain/notifications.js';
import type { Notification } from '../../../storage/notifications.js';
import { component } from '../component.js';
import { type AsJson, count, id, time, timeOrNull } from './plain.js';

const kinds = Object.keys(notificationKinds) as [NotificationKind, ...NotificationKind[]];

export const notification = component(
  'Notification',
  z.strictObject({
    id,
    kind: z.enum(kinds),
    subject: z.string().describe('What it is about: what is the same is counted together.'),
    severity: z.enum(['info', 'warning', 'error']),
    audience: z.enum(['workspace', 'operator']),
    summary: z.string(),
    details: z.record(z.string(), z.unknown()),
    count,
    firstAt: time,
    lastAt: time,
    readAt: timeOrNull,
  }) satisfies z.ZodType<AsJson<Notification>>,
);

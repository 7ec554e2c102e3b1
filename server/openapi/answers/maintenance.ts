import { z } from 'zod';
import type { MaintenanceView } from '../../http/maintenance.js';
import { component } from '../component.js';
import { count, time, timeOrNull } from './plain.js';

const schedule = component(
  'Schedule',
  z.strictObject({
    id: z.string(),
    about: z.string().describe('What it does, in words.'),
    everyS: count,
    state: z.enum(['running', 'paused', 'missing']),
    lastRun: z
      .strictObject({ at: time, outcome: z.enum(['running', 'done', 'failed']), url: z.string().nullable() })
      .nullable()
      .describe('The newest; null before the first.'),
    nextAt: timeOrNull,
  }),
);

export const maintenance = component(
  'Maintenance',
  z.strictObject({
    schedules: z.array(schedule),
    unavailable: z.string().nullable().describe('Why the schedules are not known; null where they are.'),
    archive: z
      .array(
        z.strictObject({
          week: z.string(),
          startsAt: time,
          endsAt: time,
          state: z
            .enum(['held', 'detaching', 'archived', 'restoring', 'restored'])
            .describe('`held` waits for messages that have not ended.'),
          trouble: z.string().nullable().describe('What the last step that failed said.'),
          changedAt: time,
        }),
      )
      .describe('Weeks that are in the archive or on their way, the newest first.'),
  }) satisfies z.ZodType<MaintenanceView>,
);

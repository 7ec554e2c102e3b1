import { Router } from 'express';
import type { WeekState } from '../../domain/archive.js';
import { weeksOfArchive } from '../../storage/archive/archiveWeeks.js';
import { onlyMethods } from '../problemResponses.js';
import { ScheduleReader, type SchedulesView } from '../scheduleReader.js';
import type { Services } from '../services.js';
import { workspaceIdOf } from './authenticate.js';

/** What the installation does by itself, as the API shows it. */
export interface MaintenanceView extends SchedulesView {
  archive: { week: string; startsAt: string; endsAt: string; state: WeekState; trouble: string | null; changedAt: string }[];
}

/** Schedules with their last runs, and the weeks of the archive: GET /v1/maintenance. What the weeks hold is of all workspaces, and not told. */
export function maintenanceRouter(services: Services): Router {
  const router = Router();
  const reader = new ScheduleReader(services);
  router
    .route('/')
    .get(async (_request, response) => {
      const [schedules, weeks] = await Promise.all([reader.read(), weeksOfArchive(services.database, workspaceIdOf(response))]);
      const time = (ms: number) => new Date(ms).toISOString();
      const view: MaintenanceView = {
        ...schedules,
        archive: weeks.map(({ week, startMs, endMs, state, trouble, updatedMs }) => ({
          week,
          startsAt: time(startMs),
          endsAt: time(endMs),
          state,
          trouble,
          changedAt: time(updatedMs),
        })),
      };
      response.json(view);
    })
    .all(onlyMethods('GET'));
  return router;
}

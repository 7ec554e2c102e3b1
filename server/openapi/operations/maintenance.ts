import { maintenance as maintenanceAnswer } from '../answers/maintenance.js';
import type { Operations } from '../operation.js';

export const maintenance = {
  '/maintenance': {
    get: {
      id: 'getMaintenance',
      scope: 'workspace:read',
      summary: 'See the scheduled work of the installation and its archive',
      answers: { 200: maintenanceAnswer },
    },
  },
} as const satisfies Operations;

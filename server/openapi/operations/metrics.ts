import { metricsQuery } from '../../requestSchemas.js';
import { metricsAnswer } from '../answers/metrics.js';
import type { Operations } from '../operation.js';

export const metrics = {
  '/metrics': {
    get: {
      id: 'getMetrics',
      scope: 'messages:read',
      summary: 'See volume, delivery, errors and times',
      description:
        'Figures of the workspace by the minute, kept for 14 days; the last hour in steps of a minute by default. `from` and `to` are moved to the begin of a step, at most 1,500 steps apart.',
      query: metricsQuery,
      answers: { 200: metricsAnswer },
      example: { query: { series: 'messageVolume,errorRate', step: 300 } },
    },
  },
} as const satisfies Operations;

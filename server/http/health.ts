import { setTimeout as delay } from 'node:timers/promises';
import { Router } from 'express';
import type { Services } from '../services.js';

const readyWithinMs = 1_500;

/** /healthz: the process runs. /readyz: it can accept messages, for which Postgres or Temporal is enough; names what is missing. */
export function healthRouter({ database, temporal }: Services): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const checks = { postgres: () => database.ping(), temporal: () => temporal.connection.workflowService.getSystemInfo({}) };
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const late = delay(readyWithinMs, 'late', { ref: false });
        const result = await Promise.race([
          check().then(
            () => 'ok',
            () => 'failed',
          ),
          late,
        ]);
        return [name, result] as const;
      }),
    );
    const answering = results.filter(([, result]) => result === 'ok').length;
    const status = answering === results.length ? 'ready' : answering > 0 ? 'degraded' : 'not ready';
    response.status(answering > 0 ? 200 : 503).json({ status, checks: Object.fromEntries(results) });
  });
  return router;
}

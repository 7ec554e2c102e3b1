import { setTimeout as delay } from 'node:timers/promises';
import { Router } from 'express';
import { exposeMetrics } from '../../platform/metricsServer.js';
import type { Services } from '../services.js';

const readyWithinMs = 1_500;

/** /healthz: the process runs. /readyz: it can accept messages, for which Postgres or Temporal is enough; names what is missing, and what is given up for load. /metrics: what it counts. */
export function healthRouter({ database, temporal, telemetry, load }: Services): Router {
  const router = Router();
  const show = exposeMetrics(telemetry);
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
    response
      .status(answering > 0 ? 200 : 503)
      .json({ status, checks: Object.fromEntries(results), load: { level: load.level, says: load.says } });
  });
  // What is counted is nobody's business but the operator's: elsewhere it is shown on a port of its own.
  router.get('/metrics', (request, response, next) => (isOwnMachine(request.socket.remoteAddress) ? show(request, response) : next()));
  return router;
}

function isOwnMachine(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}

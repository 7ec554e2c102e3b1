import { z } from 'zod';
import { loadLevelMax } from '../domain/loadLevel.js';
import { loadLagDefaultMs, loadQueueAgeDefaultMs } from '../domain/loadLimits.js';
import { httpUrl, variable, wholeNumber } from './variable.js';

/** How the process is observed, and what it gives up under load. */
export const observingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    httpUrl.optional(),
    'Where traces go, by OTLP over HTTP: what follows is /v1/traces. Without it there are none, and they cost nothing.',
    'http://127.0.0.1:4318',
  ),
  METRICS_PORT: variable(
    wholeNumber(1, 65_535).optional(),
    'Port of HOST on which this process shows its metrics to Prometheus. Without it only a server shows them, at /metrics and to its own machine.',
    '9464',
  ),
  LOAD_QUEUE_AGE_S: variable(
    z.coerce
      .number({ error: 'must be a number' })
      .min(0.1, 'must be at least 0.1')
      .max(86_400, 'must be at most 86400')
      .default(loadQueueAgeDefaultMs / 1_000),
    'Load is shed, beginning with bulk, from this age of the oldest task that waits for a worker on; what is given up next begins at a multiple of it.',
    '2',
  ),
  LOAD_LAG_MS: variable(
    wholeNumber(1, 600_000).default(loadLagDefaultMs),
    'The same from this lag of the event loop of a process on.',
    '100',
  ),
  LOAD_LEVEL_MIN: variable(
    wholeNumber(0, loadLevelMax).default(0),
    'What a process gives up at least, to shed load by hand: 1 bulk waits, 2 exports, 3 live updates come once a second, 4 webhooks wait, 5 bulk is refused, 6 normal, 7 high.',
    '1',
  ),
  CANARY_API_KEY: variable(
    z.string().startsWith('pr_', 'must be an API key').optional(),
    'A key, with the scopes messages:send and messages:read, of a workspace that is set aside for it: with CANARY_TO a message is sent every 30 s as a customer would, and seen to arrive. Without it there is none. It costs what its provider takes: a simulator or test credentials take nothing.',
    'pr_…',
  ),
  CANARY_TO: variable(
    z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 form')
      .optional(),
    'The number that canary messages go to.',
    '+15005550006',
  ),
  LOG_LEVEL: variable(
    z.enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'must be debug, info, warn, error or silent' }).default('info'),
    'Least severity that is logged.',
    'info',
  ),
} as const;

import { Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { deliveryRateWindowMs, errorRateMax, metricsKeptMs, metricsPointsMax, metricsSpanDefaultMs } from '../../domain/metricLimits.js';
import {
  type MetricFigures,
  type MetricOutcome,
  type MetricSeriesName,
  metricFigures,
  metricSeriesNames,
  metricsNeededFromMs,
} from '../../domain/metricSeries.js';
import { countedUntil, metricSpans } from '../../storage/metricRollups.js';
import { onlyMethods } from '../problemResponses.js';
import { metricsQuery } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';

/** The four figures, as the API shows them. */
export interface MetricsView {
  from: string;
  to: string;
  stepSeconds: number;
  countedUntil: string | null;
  times: string[];
  series: MetricSeries;
  outcomes: Record<MetricOutcome, number>;
}

interface MetricSeries {
  messageVolume?: ({ unit: 'messages'; windowSeconds: number } & MetricFigures['messageVolume']) | undefined;
  deliveryRate?: { unit: 'share'; windowSeconds: number; values: (number | null)[] } | undefined;
  errorRate?: { unit: 'share'; windowSeconds: number; threshold: number; values: (number | null)[] } | undefined;
  processingTime?: ({ unit: 'milliseconds'; windowSeconds: number } & MetricFigures['processingTime']) | undefined;
}

const minuteMs = 60_000;

/** Figures of the workspace: GET /v1/metrics. */
export function metricsRouter({ database }: Pick<Services, 'database'>): Router {
  const router = Router();
  router
    .route('/')
    .get(async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const query = validate(metricsQuery, request.query);
      const { fromMs, toMs, stepMs } = spanOf(query, Date.now());
      // Steps of less than the window of an average need its minutes.
      const spanMs = stepMs < deliveryRateWindowMs ? minuteMs : stepMs;
      const neededFromMs = metricsNeededFromMs(fromMs, stepMs);
      const [spans, until] = await Promise.all([
        metricSpans(database, workspaceId, new Date(neededFromMs), new Date(toMs), spanMs),
        countedUntil(database, workspaceId),
      ]);
      const figures = metricFigures(spans, fromMs, toMs, stepMs);
      response.json({
        from: timeOf(fromMs),
        to: timeOf(toMs),
        stepSeconds: stepMs / 1_000,
        countedUntil: until === undefined ? timeOf(Date.now()) : (until?.toISOString() ?? null),
        times: figures.timesMs.map(timeOf),
        series: seriesOf(figures, query.series ?? metricSeriesNames, stepMs),
        outcomes: figures.outcomes,
      } satisfies MetricsView);
    })
    .all(onlyMethods('GET'));
  return router;
}

const timeOf = (ms: number) => new Date(ms).toISOString();

/** Whole steps that have the span in them. Throws Problem `invalid_request` for one that can't be shown. */
function spanOf({ from, to, step }: { from?: Date | undefined; to?: Date | undefined; step: number }, now: number) {
  const stepMs = step * 1_000;
  const toMs = Math.ceil((to?.getTime() ?? now) / stepMs) * stepMs;
  const fromMs = Math.floor((from?.getTime() ?? toMs - metricsSpanDefaultMs) / stepMs) * stepMs;
  const refuse = (field: string, message: string) =>
    new Problem('invalid_request', `${field} ${message}`, { errors: [{ field, message }] });
  if (fromMs >= toMs) throw refuse('from', 'must be before to');
  if (fromMs < now - metricsKeptMs - stepMs)
    throw refuse('from', `is too long ago: figures are kept for ${metricsKeptMs / 86_400_000} days`);
  if (toMs > now + stepMs) throw refuse('to', 'is in the future');
  if ((toMs - fromMs) / stepMs > metricsPointsMax) {
    throw refuse(
      'step',
      `is too short: from and to are ${(toMs - fromMs) / stepMs} steps apart, and at most ${metricsPointsMax} are shown`,
    );
  }
  return { fromMs, toMs, stepMs };
}

function seriesOf(figures: MetricFigures, wanted: readonly MetricSeriesName[], stepMs: number): MetricSeries {
  const windowSeconds = stepMs / 1_000;
  const { messageVolume, deliveryRate, errorRate, processingTime } = figures;
  const has = (name: MetricSeriesName) => wanted.includes(name);
  return {
    ...(has('messageVolume') && { messageVolume: { unit: 'messages', windowSeconds, ...messageVolume } }),
    ...(has('deliveryRate') && {
      deliveryRate: { unit: 'share', windowSeconds: Math.max(stepMs, deliveryRateWindowMs) / 1_000, values: deliveryRate },
    }),
    ...(has('errorRate') && { errorRate: { unit: 'share', windowSeconds, threshold: errorRateMax, values: errorRate } }),
    ...(has('processingTime') && { processingTime: { unit: 'milliseconds', windowSeconds, ...processingTime } }),
  };
}

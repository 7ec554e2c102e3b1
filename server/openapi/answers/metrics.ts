import { z } from 'zod';
import { metricOutcomes } from '../../../domain/metricSeries.js';
import type { MetricsView } from '../../http/metrics.js';
import { component } from '../component.js';
import { count, time } from './plain.js';

const counts = z.array(count);
const shares = z.array(z.number().min(0).max(1).nullable()).describe('From 0 to 1; null where nothing ended.');
const times = z.array(z.number().min(0).nullable()).describe('Milliseconds; null where no message was taken.');
const windowSeconds = count.describe('Over how long each value goes, up to the end of its step.');

export const metricsAnswer = component(
  'Metrics',
  z.strictObject({
    from: time,
    to: time,
    stepSeconds: count,
    countedUntil: time
      .nullable()
      .describe('What happened until then is in the figures: some seconds ago. Null where nothing is counted yet.'),
    times: z.array(time).describe('The begin of each step. All series have a value for each.'),
    series: z.strictObject({
      messageVolume: z
        .strictObject({ unit: z.literal('messages'), windowSeconds, outbound: counts, inbound: counts })
        .optional()
        .describe('Messages that were accepted, and that came in: sums.'),
      deliveryRate: z
        .strictObject({ unit: z.literal('share'), windowSeconds, values: shares })
        .optional()
        .describe(
          'Delivered ones among those that ended: an average over five minutes, or over the step where that is longer. Unknown is not delivered.',
        ),
      errorRate: z
        .strictObject({ unit: z.literal('share'), windowSeconds, threshold: z.number(), values: shares })
        .optional()
        .describe(
          'Those that failed, were undelivered, expired or were parked, among those that ended. Above the threshold people are told.',
        ),
      processingTime: z
        .strictObject({ unit: z.literal('milliseconds'), windowSeconds, p50: times, p95: times, p99: times })
        .optional()
        .describe('From the acceptance of a message, or its time, until its provider has it.'),
    }),
    outcomes: z
      .strictObject(
        Object.fromEntries(metricOutcomes.map((outcome) => [outcome, count])) as Record<(typeof metricOutcomes)[number], typeof count>,
      )
      .describe(
        'How messages ended, over the whole span. Withdrawn ones were canceled, or their recipient has opted out: no rate counts them.',
      ),
  }) satisfies z.ZodType<MetricsView>,
);

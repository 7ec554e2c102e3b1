/** The four figures of a workspace, made of its minutes. */
import { percentileMs } from './durationBuckets.js';
import { deliveryRateWindowMs } from './metricLimits.js';

/** Ends of messages, each apart: unknown never counts as delivered. */
export const metricOutcomes = ['delivered', 'undelivered', 'failed', 'expired', 'unknown', 'parked', 'withdrawn'] as const;
export type MetricOutcome = (typeof metricOutcomes)[number];

/** What happened in a span of time: a minute, or several added up. */
export interface MetricSpan extends Record<MetricOutcome, number> {
  /** Its begin, epoch milliseconds. */
  atMs: number;
  outbound: number;
  inbound: number;
  /** Counts by bucket of durations. */
  processing: number[];
}

export const metricSeriesNames = ['messageVolume', 'deliveryRate', 'errorRate', 'processingTime'] as const;
export type MetricSeriesName = (typeof metricSeriesNames)[number];

/** How many messages ended for a cause of anybody's but their own people: what was withdrawn is left out. */
export function endedOf({ delivered, undelivered, failed, expired, unknown, parked }: Record<MetricOutcome, number>): number {
  return delivered + undelivered + failed + expired + unknown + parked;
}

/** How many of those did not arrive, as far as anybody knows, or wait for a person. Unknown ones are neither: the provider took them. */
export function errorsOf({ undelivered, failed, expired, parked }: Record<MetricOutcome, number>): number {
  return undelivered + failed + expired + parked;
}

export function emptySpan(atMs: number): MetricSpan {
  const none = Object.fromEntries(metricOutcomes.map((outcome) => [outcome, 0])) as Record<MetricOutcome, number>;
  return { atMs, outbound: 0, inbound: 0, ...none, processing: [] };
}

/** Two spans as one, which begins with the first. */
export function addSpans(a: MetricSpan, b: MetricSpan): MetricSpan {
  const longer = a.processing.length >= b.processing.length ? a.processing : b.processing;
  const shorter = longer === a.processing ? b.processing : a.processing;
  const sum = { ...a, outbound: a.outbound + b.outbound, inbound: a.inbound + b.inbound };
  for (const outcome of metricOutcomes) sum[outcome] += b[outcome];
  return { ...sum, processing: longer.map((count, index) => count + (shorter[index] ?? 0)) };
}

export interface MetricFigures {
  /** Begin of each step, epoch milliseconds. */
  timesMs: number[];
  messageVolume: { outbound: number[]; inbound: number[] };
  deliveryRate: (number | null)[];
  errorRate: (number | null)[];
  /** Milliseconds. */
  processingTime: Record<'p50' | 'p95' | 'p99', (number | null)[]>;
  /** Over all steps. */
  outcomes: Record<MetricOutcome, number>;
}

/** From which time on minutes are needed for steps that begin at `fromMs`. */
export function metricsNeededFromMs(fromMs: number, stepMs: number): number {
  return fromMs - Math.max(0, deliveryRateWindowMs - stepMs);
}

/**
 * The figures of each step. The delivery rate of a step is that of the five minutes that end with it, or of the whole step
 * where that is longer; a rate of nothing is null.
 *
 * @param spans in order of time, from `metricsNeededFromMs` on, none of which goes over the border of a step
 */
export function metricFigures(spans: readonly MetricSpan[], fromMs: number, toMs: number, stepMs: number): MetricFigures {
  const timesMs: number[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += stepMs) timesMs.push(atMs);
  const steps = timesMs.map(emptySpan);
  for (const span of spans) {
    const place = Math.floor((span.atMs - fromMs) / stepMs);
    const step = steps[place];
    if (step) steps[place] = addSpans(step, span);
  }
  const windowMs = Math.max(stepMs, deliveryRateWindowMs);
  let [first, next] = [0, 0];
  const window = { delivered: 0, ended: 0 };
  const move = (span: MetricSpan | undefined, sign: 1 | -1) => {
    window.delivered += sign * (span?.delivered ?? 0);
    window.ended += sign * (span ? endedOf(span) : 0);
  };
  const deliveryRate = timesMs.map((atMs) => {
    const endMs = atMs + stepMs;
    while ((spans[next]?.atMs ?? endMs) < endMs) move(spans[next++], 1);
    while (first < next && (spans[first]?.atMs ?? 0) < endMs - windowMs) move(spans[first++], -1);
    return window.ended === 0 ? null : window.delivered / window.ended;
  });
  const all = steps.reduce(addSpans, emptySpan(fromMs));
  return {
    timesMs,
    messageVolume: { outbound: steps.map(({ outbound }) => outbound), inbound: steps.map(({ inbound }) => inbound) },
    deliveryRate,
    errorRate: steps.map((step) => (endedOf(step) === 0 ? null : errorsOf(step) / endedOf(step))),
    processingTime: {
      p50: steps.map(({ processing }) => percentileMs(processing, 0.5)),
      p95: steps.map(({ processing }) => percentileMs(processing, 0.95)),
      p99: steps.map(({ processing }) => percentileMs(processing, 0.99)),
    },
    outcomes: Object.fromEntries(metricOutcomes.map((outcome) => [outcome, all[outcome]])) as Record<MetricOutcome, number>,
  };
}

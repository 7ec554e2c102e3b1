import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type MetricName,
  metricBounds,
  metricLabelValue,
  metricPrefix,
  metricSeriesMax,
  metrics,
} from '../domain/metrics.js';

type Instrument = Counter | Gauge | Histogram;

/** What this process counts and times, by the catalogue in domain/metrics. */
export class Telemetry {
  private readonly registry = new Registry();
  private readonly instruments: Map<MetricName, Instrument>;
  /** The sets of values that a metric has had. */
  private readonly seen = new Map<MetricName, Set<string>>();

  /** @param others what somebody else counts in this process, in the same format */
  constructor(
    roles: string,
    private readonly others: () => Promise<string> = async () => '',
  ) {
    this.registry.setDefaultLabels({ roles });
    collectDefaultMetrics({ register: this.registry });
    this.instruments = new Map(
      (Object.keys(metrics) as MetricName[]).map((name): [MetricName, Instrument] => {
        const { kind, about: help, labels } = metrics[name];
        const options = { name: metricPrefix + name, help, labelNames: [...labels], registers: [this.registry] };
        return [
          name,
          kind === 'counter'
            ? new Counter(options)
            : kind === 'gauge'
              ? new Gauge(options)
              : new Histogram({ ...options, buckets: metricBounds }),
        ];
      }),
    );
  }

  /** Counts something that happened. */
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    (this.instruments.get(name) as Counter).inc(this.bounded(name, labels), by);
  }

  /** Sets a level. */
  set<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.instruments.get(name) as Gauge).set(this.bounded(name, labels), value);
  }

  /** Notes how long something took, milliseconds. */
  time<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, tookMs: number): void {
    (this.instruments.get(name) as Histogram).observe(this.bounded(name, labels), tookMs / 1_000);
  }

  /** All of it in Prometheus' text format, with its content type. */
  async exposition(): Promise<{ text: string; contentType: string }> {
    const [own, others] = await Promise.all([this.registry.metrics(), this.others()]);
    return { text: own + others, contentType: this.registry.contentType };
  }

  /** The same labels, with `other` for what would make a series without need: a text of somebody's, or one value too many. */
  private bounded(name: MetricName, labels: Record<string, string>): Record<string, string> {
    const values = Object.values(labels);
    if (values.length === 0) return labels;
    const key = values.join('\n');
    let known = this.seen.get(name);
    if (known?.has(key)) return labels;
    if (!known) this.seen.set(name, (known = new Set()));
    const areWords = values.every((value) => metricLabelValue.test(value));
    if (areWords && known.size < metricSeriesMax) {
      known.add(key);
      return labels;
    }
    this.count('metric_labels_refused_total', {});
    // What is too much is left out as a whole; of a text only itself.
    return Object.fromEntries(
      Object.entries(labels).map(([label, value]) => [label, areWords || !metricLabelValue.test(value) ? 'other' : value]),
    );
  }
}

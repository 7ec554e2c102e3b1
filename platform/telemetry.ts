import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type CounterName, type GaugeName, type HistogramName, type LabelsOf, type MetricName, metrics } from '../domain/metrics.js';

const prefix = 'postrider_';
/** Upper bounds, seconds: from what a local call takes to what a person would not wait for. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

type Instrument = Counter | Gauge | Histogram;

/** What this process counts and times, by the catalogue in domain/metrics. */
export class Telemetry {
  private readonly registry = new Registry();
  private readonly instruments: Map<MetricName, Instrument>;

  constructor(roles: string) {
    this.registry.setDefaultLabels({ roles });
    collectDefaultMetrics({ register: this.registry });
    this.instruments = new Map(
      (Object.keys(metrics) as MetricName[]).map((name): [MetricName, Instrument] => {
        const { kind, about: help, labels } = metrics[name];
        const options = { name: prefix + name, help, labelNames: [...labels], registers: [this.registry] };
        return [
          name,
          kind === 'counter' ? new Counter(options) : kind === 'gauge' ? new Gauge(options) : new Histogram({ ...options, buckets }),
        ];
      }),
    );
  }

  /** Counts something that happened. */
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    (this.instruments.get(name) as Counter).inc(labels, by);
  }

  /** Sets a level. */
  set<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.instruments.get(name) as Gauge).set(labels, value);
  }

  /** Notes how long something took, milliseconds. */
  time<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, tookMs: number): void {
    (this.instruments.get(name) as Histogram).observe(labels, tookMs / 1_000);
  }

  /** All of it in Prometheus' text format, with its content type. */
  async exposition(): Promise<{ text: string; contentType: string }> {
    return { text: await this.registry.metrics(), contentType: this.registry.contentType };
  }
}

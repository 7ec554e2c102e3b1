import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Metrics } from '../api.js';
import { Notice } from '../components/Notice.js';
import { SeriesChart } from '../components/SeriesChart.js';
import { TopBar } from '../components/TopBar.js';
import { useInbox } from '../InboxContext.js';
import { lastOf, percentText, timeTookText } from '../metricText.js';
import { queryKeys } from '../queryKeys.js';
import '../styles/metrics.css';

/** How far back, in which steps. */
const ranges = [
  { name: 'hour', minutes: 60, stepS: 60 },
  { name: '6 hours', minutes: 360, stepS: 300 },
  { name: 'day', minutes: 1_440, stepS: 900 },
  { name: 'week', minutes: 10_080, stepS: 3_600 },
] as const;
const refreshMs = 10_000;

const wholeText = (value: number) => String(Math.round(value));
const allOf: [number, number] = [0, 1];

/** Volume, delivery, errors and times of the workspace, live. */
export default function MetricsPage() {
  const { inbox } = useInbox();
  const [range, setRange] = useState<(typeof ranges)[number]>(ranges[0]);
  const { data, error } = useQuery({
    queryKey: queryKeys.metrics(range.name),
    queryFn: ({ signal }) => inbox.api.metrics({ minutes: range.minutes, stepS: range.stepS }, signal),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  });
  return (
    <div className="metrics-page">
      <TopBar />
      <main>
        <header>
          <h2>What happens</h2>
          <fieldset className="ranges">
            <legend>of the last</legend>
            {ranges.map((one) => (
              <button key={one.name} type="button" className="button" aria-pressed={one === range} onClick={() => setRange(one)}>
                {one.name}
              </button>
            ))}
          </fieldset>
        </header>
        {data ? <Figures metrics={data} /> : <Notice role="status" title={error ? error.message : 'Counting…'} />}
      </main>
    </div>
  );
}

function Figures({ metrics }: { metrics: Metrics }) {
  const { messageVolume, deliveryRate, errorRate, processingTime } = metrics.series;
  const times = useMemo(() => metrics.times.map((time) => Date.parse(time) / 1_000), [metrics]);
  const lines = useMemo(
    () => ({
      volume: [
        { label: 'sent', colour: '--accent', values: messageVolume?.outbound ?? [] },
        { label: 'came in', colour: '--waiting', values: messageVolume?.inbound ?? [] },
      ],
      delivery: [{ label: 'delivered', colour: '--tick-done', values: deliveryRate?.values ?? [] }],
      errors: [{ label: 'errors', colour: '--danger', values: errorRate?.values ?? [] }],
      times: [
        { label: 'half', colour: '--tick-done', values: processingTime?.p50 ?? [] },
        { label: '95 %', colour: '--accent', values: processingTime?.p95 ?? [] },
        { label: '99 %', colour: '--waiting', values: processingTime?.p99 ?? [] },
      ],
    }),
    [messageVolume, deliveryRate, errorRate, processingTime],
  );
  const steps = metrics.stepSeconds === 60 ? 'minute' : metrics.stepSeconds === 3_600 ? 'hour' : `${metrics.stepSeconds / 60} minutes`;
  return (
    <>
      <ul className="outcomes" aria-label="How messages ended">
        {Object.entries(metrics.outcomes).map(([outcome, count]) => (
          <li key={outcome}>
            <strong>{count}</strong> {outcome}
          </li>
        ))}
      </ul>
      <div className="charts">
        <SeriesChart title={`Messages a ${steps}`} times={times} lines={lines.volume} format={wholeText} />
        <SeriesChart
          title={`Delivered, of those that ended: ${percentText(lastOf(deliveryRate?.values))}`}
          times={times}
          lines={lines.delivery}
          format={percentText}
          atLeast={allOf}
        />
        <SeriesChart
          title={`Errors, of those that ended: ${percentText(lastOf(errorRate?.values))}`}
          times={times}
          lines={lines.errors}
          format={percentText}
          {...(errorRate && { threshold: errorRate.threshold })}
        />
        <SeriesChart title="From acceptance to the provider" times={times} lines={lines.times} format={timeTookText} />
      </div>
      <p className="counted">
        {metrics.countedUntil ? `Counted until ${new Date(metrics.countedUntil).toLocaleTimeString()}.` : 'Nothing is counted yet.'}
      </p>
    </>
  );
}

import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { clockText, fullTimeText } from '../timeText.js';

export interface ChartLine {
  label: string;
  /** A custom property of styles/tokens.css. */
  colour: string;
  values: (number | null)[];
}

interface Props {
  title: string;
  /** Epoch seconds, in order. */
  times: number[];
  lines: ChartLine[];
  format: (value: number) => string;
  /** A line across, that should not be passed. */
  threshold?: number;
  /** What the axis shows at least. */
  atLeast?: [number, number];
}

const heightPx = 180;
const dayS = 86_400;

/** As the rest of the page writes times: the clock, or the day where marks are days apart. */
const timesOf: uPlot.Axis.DynamicValues = (_chart, marks, _axis, _space, apartS) =>
  marks.map((atS) => {
    const date = new Date(atS * 1_000);
    return apartS < dayS ? clockText(date.toISOString()) : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  });

/** Lines over time. It fills the width that it has, and follows it. */
export function SeriesChart({ title, times, lines, format, threshold, atLeast }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const styles = getComputedStyle(element);
    const colourOf = (name: string) => styles.getPropertyValue(name).trim();
    const axis = {
      stroke: colourOf('--text-soft'),
      grid: { stroke: colourOf('--line'), width: 1 },
      ticks: { stroke: colourOf('--line'), width: 1 },
    };
    const shown =
      threshold === undefined ? lines : [...lines, { label: 'too high', colour: '--danger', values: times.map(() => threshold) }];
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: heightPx,
        legend: { live: true },
        cursor: { y: false },
        scales: {
          y: {
            range: (_chart, min, max) => [
              Math.min(atLeast?.[0] ?? 0, min ?? 0),
              Math.max(atLeast?.[1] ?? 1, (max ?? 0) * 1.05, threshold === undefined ? 0 : threshold * 1.2),
            ],
          },
        },
        axes: [
          { ...axis, values: timesOf },
          { ...axis, size: 64, values: (_chart, values) => values.map(format) },
        ],
        series: [
          { label: 'from', value: (_chart, atS) => (atS ? fullTimeText(new Date(atS * 1_000).toISOString()) : '–') },
          ...shown.map(({ label, colour }) => ({
            label,
            stroke: colourOf(colour),
            width: 1.5,
            spanGaps: false,
            value: (_chart: uPlot, value: number | null) => (value === null ? '–' : format(value)),
          })),
        ],
      },
      [times, ...shown.map(({ values }) => values)],
      element,
    );
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: heightPx }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [times, lines, format, threshold, atLeast]);
  return (
    <figure className="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} />
    </figure>
  );
}

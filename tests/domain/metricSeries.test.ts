import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bucketEndMs, bucketOf, durationBucketsMax, percentileMs } from '../../domain/durationBuckets.js';
import { addSpans, emptySpan, type MetricSpan, metricFigures, metricsNeededFromMs } from '../../domain/metricSeries.js';

const minuteMs = 60_000;
const span = (minute: number, what: Partial<MetricSpan> = {}): MetricSpan => ({ ...emptySpan(minute * minuteMs), ...what });

/** Counts as the roll-up makes them of some times. */
function countsOf(timesMs: number[]): number[] {
  const counts: number[] = [];
  for (const bucket of timesMs.map(bucketOf))
    for (let place = 0; place < bucket; place++) counts[place] = (counts[place] ?? 0) + (place === bucket - 1 ? 1 : 0);
  return counts;
}

describe('a percentile of counted times', () => {
  test('is within a bucket, 19 %, of the real one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (times, share) => {
          const sorted = times.toSorted((a, b) => a - b);
          const real = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
          const found = percentileMs(countsOf(times), share) as number;
          expect(found).toBeGreaterThan(real / 1.2);
          expect(found).toBeLessThan(real * 1.2);
        },
      ),
    );
  });

  test('of nothing is null', () => expect([percentileMs([], 0.5), percentileMs([0, 0], 0.99)]).toEqual([null, null]));

  test('keeps every time in a bucket that is as long as it, at least', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: bucketEndMs(durationBucketsMax), noNaN: true }), (tookMs) => {
        expect(bucketEndMs(bucketOf(tookMs))).toBeGreaterThanOrEqual(tookMs * 0.999_999);
      }),
    );
    expect(bucketOf(1e12)).toBe(durationBucketsMax);
  });

  test('is the same however the counts were shared out over minutes and processes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 3 })), { minLength: 1 }), (times) => {
        const parts = [0, 1, 2, 3].map((part) =>
          span(part, { processing: countsOf(times.filter(([, of]) => of === part).map(([ms]) => ms)) }),
        );
        expect(parts.reduce(addSpans).processing.reduce((a, b) => a + b, 0)).toBe(times.length);
        expect(percentileMs(parts.reduce(addSpans).processing, 0.95)).toBe(percentileMs(countsOf(times.map(([ms]) => ms)), 0.95));
      }),
    );
  });
});

describe('the figures of a workspace', () => {
  test('are sums and shares by the minute, with null for a rate of nothing', () => {
    const spans = [span(10, { outbound: 4, inbound: 1, delivered: 9, failed: 1, withdrawn: 5 }), span(12, { unknown: 2 })];
    const figures = metricFigures(spans, 10 * minuteMs, 13 * minuteMs, minuteMs);
    expect(figures.timesMs).toEqual([10, 11, 12].map((minute) => minute * minuteMs));
    expect(figures.messageVolume).toEqual({ outbound: [4, 0, 0], inbound: [1, 0, 0] });
    expect(figures.errorRate).toEqual([0.1, null, 0]);
    // Over five minutes; what is unknown has not been delivered.
    expect(figures.deliveryRate).toEqual([0.9, 0.9, 0.75]);
    expect(figures.outcomes).toMatchObject({ delivered: 9, failed: 1, unknown: 2, withdrawn: 5 });
  });

  test('average deliveries over exactly the five minutes up to the end of each step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ delivered: fc.nat(9), failed: fc.nat(9) }), { minLength: 5, maxLength: 40 }),
        fc.constantFrom(1, 2, 5, 10),
        (minutes, step) => {
          const spans = minutes.map((what, minute) => span(minute, what));
          const fromMs = 5 * minuteMs;
          const steps = Math.floor((minutes.length - 5) / step);
          const toMs = fromMs + steps * step * minuteMs;
          const { deliveryRate } = metricFigures(
            spans.filter(({ atMs }) => atMs >= metricsNeededFromMs(fromMs, step * minuteMs)),
            fromMs,
            toMs,
            step * minuteMs,
          );
          const expected = Array.from({ length: steps }, (_, place) => {
            const end = 5 + (place + 1) * step;
            const inWindow = minutes.slice(end - Math.max(5, step), end);
            const delivered = inWindow.reduce((sum, one) => sum + one.delivered, 0);
            const ended = inWindow.reduce((sum, one) => sum + one.delivered + one.failed, 0);
            return ended === 0 ? null : delivered / ended;
          });
          expect(deliveryRate).toEqual(expected);
        },
      ),
    );
  });
});

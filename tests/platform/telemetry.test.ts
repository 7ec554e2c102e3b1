import { describe, expect, test } from '@jest/globals';
import { metricSeriesMax, metrics } from '../../domain/metrics.js';
import { Telemetry } from '../../platform/telemetry.js';

describe('what a process shows to Prometheus', () => {
  test('has every metric of the catalogue, with its meaning', async () => {
    const { text, contentType } = await new Telemetry('server').exposition();
    expect(contentType).toMatch(/^text\/plain/);
    for (const [name, { kind, about }] of Object.entries(metrics)) {
      expect(text).toContain(`# HELP postrider_${name} ${about}`);
      expect(text).toContain(`# TYPE postrider_${name} ${kind}`);
    }
  });

  test('counts, sets and times, and says which roles it has', async () => {
    const telemetry = new Telemetry('server+messages');
    telemetry.count('messages_accepted_total', { lane: 'high', by: 'workflow' });
    telemetry.count('messages_accepted_total', { lane: 'high', by: 'workflow' }, 2);
    telemetry.set('outbox_messages', {}, 7);
    telemetry.time('provider_seconds', { outcome: 'accepted' }, 30);
    const { text } = await telemetry.exposition();
    expect(text).toContain('postrider_messages_accepted_total{lane="high",by="workflow",roles="server+messages"} 3');
    expect(text).toContain('postrider_outbox_messages{roles="server+messages"} 7');
    expect(text).toContain('postrider_provider_seconds_bucket{le="0.05",roles="server+messages",outcome="accepted"} 1');
    expect(text).toContain('postrider_provider_seconds_bucket{le="0.025",roles="server+messages",outcome="accepted"} 0');
  });

  test('shows what others count beside its own', async () => {
    const { text } = await new Telemetry('server', async () => 'temporal_sticky_cache_size 3\n').exposition();
    expect(text).toMatch(/\ntemporal_sticky_cache_size 3\n$/);
  });

  test('counts a text of somebody as "other", and says that it did', async () => {
    const telemetry = new Telemetry('server');
    telemetry.count('messages_ended_total', { status: 'Hello Anna, call me: +14155550100' });
    telemetry.count('provider_errors_total', { class: 'UNKNOWN', code: "30003'; drop table message" });
    const { text } = await telemetry.exposition();
    expect(text).toContain('postrider_messages_ended_total{status="other",roles="server"} 1');
    expect(text).toContain('postrider_provider_errors_total{class="UNKNOWN",code="other",roles="server"} 1');
    expect(text).toContain('postrider_metric_labels_refused_total{roles="server"} 2');
    expect(text).not.toMatch(/Anna|4155550100|drop table/);
  });

  test('has no more series than a metric may have, whatever it is given', async () => {
    const telemetry = new Telemetry('server');
    for (let code = 0; code < metricSeriesMax + 50; code++)
      telemetry.count('provider_errors_total', { class: 'UNKNOWN', code: String(code) });
    const series = (await telemetry.exposition()).text.split('\n').filter((line) => line.startsWith('postrider_provider_errors_total{'));
    expect(series).toHaveLength(metricSeriesMax + 1);
    expect(series.at(-1)).toBe('postrider_provider_errors_total{class="other",code="other",roles="server"} 50');
  });

  test('has no label for what users write, nor for workspaces and numbers', () => {
    const allowed = new Set([
      'lane',
      'by',
      'outcome',
      'class',
      'code',
      'status',
      'result',
      'scope',
      'from',
      'how',
      'consent',
      'change',
      'kind',
      'reason',
      'of',
      'queue',
      'what',
    ]);
    expect(Object.values(metrics).flatMap(({ labels }) => labels.filter((label) => !allowed.has(label)))).toEqual([]);
  });
});

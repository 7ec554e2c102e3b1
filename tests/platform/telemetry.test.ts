import { describe, expect, test } from '@jest/globals';
import { metrics } from '../../domain/metrics.js';
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
    ]);
    expect(Object.values(metrics).flatMap(({ labels }) => labels.filter((label) => !allowed.has(label)))).toEqual([]);
  });
});

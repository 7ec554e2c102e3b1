/** What the Grafana dashboard shows, by row: titles, units and expressions of Prometheus. */
interface Panel {
  title: string;
  /** A unit of Grafana. */
  unit: 'short' | 's' | 'percentunit' | 'bytes' | 'ops';
  /** What is drawn, and the name of each line. */
  lines: readonly (readonly [expression: string, legend: string])[];
  /** Drawn as too high. */
  threshold?: number;
}

const rate = (metric: string, by: string) => `sum by (${by}) (rate(postrider_${metric}[1m]))`;
const p95 = (metric: string, by = '') => `histogram_quantile(0.95, sum by (${by ? `${by}, ` : ''}le) (rate(${metric}_bucket[5m])))`;

export const dashboardRows: readonly { title: string; panels: readonly Panel[] }[] = [
  {
    title: 'The four figures',
    panels: [
      {
        title: 'Message volume, a minute',
        unit: 'short',
        lines: [
          ['postrider:message_volume:sum1m', '{{lane}}'],
          ['postrider:messages_received:sum1m', 'came in'],
        ],
      },
      { title: 'Delivery rate, five minutes', unit: 'percentunit', lines: [['postrider:delivery_rate:avg5m', 'delivered']] },
      { title: 'Error rate, a minute', unit: 'percentunit', lines: [['postrider:error_rate:1m', 'errors']], threshold: 0.05 },
      {
        title: 'Processing time',
        unit: 's',
        lines: [
          ['postrider:processing_seconds:p50', '50 % {{lane}}'],
          ['postrider:processing_seconds:p95', '95 % {{lane}}'],
          ['postrider:processing_seconds:p99', '99 % {{lane}}'],
        ],
      },
    ],
  },
  {
    title: 'Load',
    panels: [
      { title: 'Level of degradation', unit: 'short', lines: [['max by (roles) (postrider_load_level)', '{{roles}}']], threshold: 1 },
      {
        title: 'Age of the oldest task',
        unit: 's',
        lines: [['max by (queue) (postrider_queue_backlog_seconds)', '{{queue}}']],
        threshold: 30,
      },
      { title: 'Event loop lag', unit: 's', lines: [['max by (roles) (postrider_event_loop_lag_seconds)', '{{roles}}']], threshold: 0.1 },
      { title: 'Acceptance, 95 %', unit: 's', lines: [[p95('postrider_accept_seconds'), 'accept']] },
      { title: 'Refused for load', unit: 'ops', lines: [[rate('shed_total', 'what'), '{{what}}']] },
      { title: 'Backup queue', unit: 's', lines: [['max(postrider_outbox_oldest_seconds)', 'oldest']], threshold: 120 },
    ],
  },
  {
    title: 'Providers',
    panels: [
      { title: 'Sends by outcome', unit: 'ops', lines: [[rate('send_attempts_total', 'outcome'), '{{outcome}}']] },
      { title: 'Answer of providers, 95 %', unit: 's', lines: [[p95('postrider_provider_seconds', 'outcome'), '{{outcome}}']] },
      { title: 'Errors by class', unit: 'ops', lines: [[rate('provider_errors_total', 'class'), '{{class}}']] },
      { title: 'Ends', unit: 'ops', lines: [[rate('messages_ended_total', 'status'), '{{status}}']] },
      { title: 'Open breakers', unit: 'short', lines: [['max by (scope) (postrider_breakers_open)', '{{scope}}']], threshold: 1 },
      { title: 'Found by polling', unit: 'ops', lines: [[rate('polled_messages_total', 'result'), '{{result}}']] },
    ],
  },
  {
    title: 'Temporal',
    panels: [
      {
        title: 'Schedule to start, 95 %',
        unit: 's',
        lines: [[p95('temporal_workflow_task_schedule_to_start_latency_seconds', 'task_queue'), '{{task_queue}}']],
        threshold: 1,
      },
      {
        title: 'Free slots',
        unit: 'short',
        lines: [['min by (worker_type, task_queue) (temporal_worker_task_slots_available)', '{{task_queue}} {{worker_type}}']],
      },
      { title: 'Workflows in memory', unit: 'short', lines: [['sum by (task_queue) (temporal_sticky_cache_size)', '{{task_queue}}']] },
    ],
  },
  {
    title: 'The rest',
    panels: [
      { title: 'Sockets', unit: 'short', lines: [['sum(postrider_sockets_connected)', 'connections']] },
      { title: 'Webhooks by outcome', unit: 'ops', lines: [[rate('webhook_attempts_total', 'outcome'), '{{outcome}}']] },
      { title: 'Canary, to its delivery, 95 %', unit: 's', lines: [[p95('postrider_canary_seconds'), 'delivered']] },
      { title: 'Free disk', unit: 'percentunit', lines: [['min by (of) (postrider_disk_free_ratio)', '{{of}}']] },
      { title: 'Memory', unit: 'bytes', lines: [['process_resident_memory_bytes', '{{roles}}']] },
      { title: 'CPU, cores', unit: 'short', lines: [['rate(process_cpu_seconds_total[1m])', '{{roles}}']] },
    ],
  },
];

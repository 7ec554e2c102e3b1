import { metricBounds, metricPrefix, metrics } from '../domain/metrics.js';

const rows = Object.entries(metrics)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([name, { kind, unit, labels, about }]) =>
      `| \`${metricPrefix}${name}\` | ${kind} | ${unit} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${about} |`,
  );

/** Those of the SDK that are worth a look, and what they tell. */
const ofTheSdk = [
  [
    'temporal_workflow_task_schedule_to_start_latency_seconds',
    'histogram',
    'How long workflow tasks wait for a worker. Grows where there are too few `messages` processes.',
  ],
  ['temporal_activity_schedule_to_start_latency_seconds', 'histogram', 'The same of activities: retries of sends, maintenance, webhooks.'],
  ['temporal_workflow_task_execution_latency_seconds', 'histogram', 'How long a worker takes for a workflow task.'],
  ['temporal_workflow_task_replay_latency_seconds', 'histogram', 'How long it takes to bring a workflow back that had left the cache.'],
  ['temporal_worker_task_slots_available', 'gauge', 'Room for tasks, by `worker_type`. At 0 tasks wait.'],
  ['temporal_sticky_cache_size', 'gauge', 'Workflows in memory, of `WORKFLOWS_CACHED_MAX`.'],
  ['temporal_workflow_failed_total', 'counter', 'Workflows that failed; a message that fails is no such one.'],
  ['temporal_request_failure_total', 'counter', 'Calls to Temporal that failed, by `operation` and `status_code`.'],
  ['temporal_long_request_failure_total', 'counter', 'The same of polls.'],
].map(([name, kind, about]) => `| \`${name}\` | ${kind} | ${about} |`);

/** The page docs/reference/metrics.md. */
const page = [
  '# Metrics',
  '',
  'Generated from the catalogue (`domain/metrics.ts`). How to scrape them, and what to be woken by: [observing the system](../using/observe.md).',
  '',
  'Every process has one page, `/metrics`, with three parts: its own metrics, below; those of the Temporal SDK; and those of Node (`process_*`, `nodejs_*`, such as `nodejs_eventloop_lag_p99_seconds`). Each series has the label `roles`, which says what the process does. Gauges that say something of the whole system (`outbox_*`, `messages_overdue`, `partitions_until_seconds`) come from whichever process looked last: take their maximum.',
  '',
  'Nothing that a user wrote is in a label, and no workspace: figures of one workspace come from the API (`GET /v1/metrics`). A value that looks like a text, or is one of too many, is counted as `other`.',
  '',
  '## Of the product',
  '',
  `Histograms have the bounds ${metricBounds.join(', ')} s.`,
  '',
  '| metric | kind | unit | labels | meaning |',
  '|---|---|---|---|---|',
  ...rows,
  '',
  '## Of the Temporal SDK',
  '',
  'All of them, with the labels that Temporal gives them, are on the same page. These are worth a look:',
  '',
  '| metric | kind | meaning |',
  '|---|---|---|',
  ...ofTheSdk,
].join('\n');
process.stdout.write(`${page}\n`);

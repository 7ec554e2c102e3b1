/**
 * Every metric of the product: what is counted and timed is declared here, and only what is declared compiles. Labels have
 * few values: nothing of a user's text, no workspace, no number; a provider's error codes are numbers, and bounded. What is no
 * such value all the same is counted as `other` (platform/telemetry.ts).
 */
interface Metric {
  kind: 'counter' | 'gauge' | 'histogram';
  /** What one of it is. Times are shown in seconds. */
  unit: string;
  about: string;
  labels: readonly string[];
}

/** Before each name, as Prometheus sees it. */
export const metricPrefix = 'postrider_';
/** Upper bounds of every histogram, seconds: from what a local call takes to what a person would not wait for. */
export const metricBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Different sets of values that the labels of one metric may have in a process; what comes later is counted as `other`. */
export const metricSeriesMax = 1_000;
/** What a label's value may look like: a word or a few of our own, or a code. */
export const metricLabelValue = /^[A-Za-z0-9][\w.:+ -]{0,39}$/;

export const metrics = {
  messages_accepted_total: {
    kind: 'counter',
    unit: 'messages',
    about: 'Messages that were acknowledged, by lane and by what made them durable.',
    labels: ['lane', 'by'],
  },
  accept_seconds: { kind: 'histogram', unit: 'seconds', about: 'From a request to its acknowledgement.', labels: [] },
  accept_to_attempt_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    about: 'From the acceptance of a message, or its scheduled time, to its first attempt.',
    labels: ['lane'],
  },
  messages_received_total: {
    kind: 'counter',
    unit: 'messages',
    about: "Messages that came in, by what they say of their sender's consent.",
    labels: ['consent'],
  },
  messages_opted_out_total: {
    kind: 'counter',
    unit: 'messages',
    about:
      'Messages that were not sent because their recipient has opted out, by what stopped them: the change of the list, or their attempt.',
    labels: ['by'],
  },
  send_attempts_total: { kind: 'counter', unit: 'requests', about: 'Requests to providers, by what they came to.', labels: ['outcome'] },
  provider_seconds: { kind: 'histogram', unit: 'seconds', about: 'From the first byte of a send to its answer.', labels: ['outcome'] },
  provider_errors_total: {
    kind: 'counter',
    unit: 'errors',
    about: 'Errors that providers gave, in answers and in receipts, by class and code.',
    labels: ['class', 'code'],
  },
  fallbacks_total: {
    kind: 'counter',
    unit: 'messages',
    about: 'Messages that went on to another provider, by what the one before had said.',
    labels: ['outcome'],
  },
  breaker_changes_total: {
    kind: 'counter',
    unit: 'changes',
    about: 'Breakers that changed, of accounts and of senders: opened, tried, failed again, closed, or forced by a person.',
    labels: ['scope', 'change'],
  },
  messages_ended_total: { kind: 'counter', unit: 'messages', about: 'Messages that came to an end, by state.', labels: ['status'] },
  reconciliations_total: { kind: 'counter', unit: 'sends', about: 'Sends in doubt, by what became of them.', labels: ['result'] },
  cooldowns_started_total: {
    kind: 'counter',
    unit: 'cooldowns',
    about: 'Cooldowns after rate errors, of a workspace or a sender.',
    labels: ['scope'],
  },
  limiter_questions_total: { kind: 'counter', unit: 'updates', about: 'Updates asked of rateLimiter workflows.', labels: [] },
  limiter_grants_total: {
    kind: 'counter',
    unit: 'turns',
    about: 'Turns that were given, by where they came from: asked, a lease, or spare because another message did not use its own.',
    labels: ['from'],
  },
  sockets_connected: { kind: 'gauge', unit: 'connections', about: 'Connections of sockets in workspaces.', labels: [] },
  socket_namespaces: { kind: 'gauge', unit: 'workspaces', about: 'Workspaces that have sockets in this process.', labels: [] },
  socket_rooms: { kind: 'gauge', unit: 'rooms', about: 'Rooms that somebody is in, those of single sockets left out.', labels: [] },
  sockets_ended_total: {
    kind: 'counter',
    unit: 'connections',
    about: 'Connections that the server ended, by the reason.',
    labels: ['reason'],
  },
  archive_failures_total: {
    kind: 'counter',
    unit: 'steps',
    about:
      'Steps of the archive that failed, by what stood in the way: the store (missing, exists, refused, full, away), damaged, or other.',
    labels: ['of'],
  },
  archive_read_bytes_total: { kind: 'counter', unit: 'bytes', about: 'Bytes read of the archive to show messages.', labels: [] },
  messages_removed_total: {
    kind: 'counter',
    unit: 'messages',
    about: 'Messages that were removed because their workspace keeps them no longer.',
    labels: [],
  },
  outbox_messages: { kind: 'gauge', unit: 'messages', about: 'Messages in the backup queue.', labels: [] },
  outbox_oldest_seconds: { kind: 'gauge', unit: 'seconds', about: 'Age of the oldest message in the backup queue.', labels: [] },
  outbox_relayed_total: { kind: 'counter', unit: 'workflows', about: 'Workflows started from the backup queue.', labels: [] },
  sweep_put_right_total: {
    kind: 'counter',
    unit: 'messages',
    about: 'Messages that a sweep put right: told how they ended, or started anew.',
    labels: ['how'],
  },
  messages_overdue: {
    kind: 'gauge',
    unit: 'messages',
    about: 'Open messages that are past their time, as the last sweep saw them.',
    labels: [],
  },
  partitions_until_seconds: {
    kind: 'gauge',
    unit: 'seconds since 1970',
    about: 'Until when there are partitions for what comes in, seconds since 1970: to be at least two weeks ahead.',
    labels: [],
  },
  polled_messages_total: {
    kind: 'counter',
    unit: 'messages',
    about: 'Messages without a receipt that a provider was asked about, by whether that ended them.',
    labels: ['result'],
  },
  webhook_attempts_total: {
    kind: 'counter',
    unit: 'requests',
    about: "Requests to customers' webhook endpoints, by what they came to.",
    labels: ['outcome'],
  },
  webhook_delay_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    about: 'From an event to its delivery to a webhook endpoint, where the first attempt succeeded.',
    labels: [],
  },
  webhook_endpoints_disabled_total: {
    kind: 'counter',
    unit: 'endpoints',
    about: 'Webhook endpoints that were disabled because they failed or are gone.',
    labels: [],
  },
  notifications_total: {
    kind: 'counter',
    unit: 'notices',
    about: 'What people were to be told of, by kind; of a storm each part counts.',
    labels: ['kind'],
  },
  notifications_lost_total: {
    kind: 'counter',
    unit: 'notices',
    about: 'What could not be stored of that, because the database did not answer.',
    labels: ['kind'],
  },
  metric_labels_refused_total: {
    kind: 'counter',
    unit: 'values',
    about:
      'Values of labels that were counted as "other": they looked like a text, or were more than a metric may have. A fault of the product.',
    labels: [],
  },
  queue_backlog_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    about: 'How long the oldest task of a task queue has waited for a worker, by kind: workflow, activity.',
    labels: ['queue', 'kind'],
  },
  breakers_open: { kind: 'gauge', unit: 'breakers', about: 'Breakers that are not closed, of accounts and of senders.', labels: ['scope'] },
  archive_late_weeks: {
    kind: 'gauge',
    unit: 'weeks',
    about: 'Weeks that should be in the archive for more than a day, and are not.',
    labels: [],
  },
  disk_free_ratio: {
    kind: 'gauge',
    unit: 'share',
    about: 'What is free of the disk of the process, and of that of the archive where it lies in a directory.',
    labels: ['of'],
  },
  canary_messages_total: { kind: 'counter', unit: 'messages', about: 'Canary messages, by how far they came.', labels: ['result'] },
  canary_seconds: { kind: 'histogram', unit: 'seconds', about: 'From the request for a canary message to its delivery.', labels: [] },
  load_level: {
    kind: 'gauge',
    unit: 'level',
    about: 'What this process gives up for load, from 0 (nothing) to 7 (it accepts no messages).',
    labels: [],
  },
  event_loop_lag_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    about: 'By how much the event loop was late, in one of a hundred looks of the last second.',
    labels: [],
  },
  shed_total: {
    kind: 'counter',
    unit: 'times',
    about: 'What was given up for load: turns of bulk, parts of exports, messages that were not accepted.',
    labels: ['what'],
  },
  workspaces_failing: {
    kind: 'gauge',
    unit: 'workspaces',
    about: 'Workspaces whose error rate is above 5 %, as the last look saw them.',
    labels: [],
  },
  log_lines_dropped_total: {
    kind: 'counter',
    unit: 'lines',
    about: 'Lines of the log that could not be written, as on a full disk, and were too many to be kept until they can.',
    labels: [],
  },
  clock_ahead_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    about: 'How far this process’s clock is ahead of Postgres’; below 0 where it is behind.',
    labels: [],
  },
  temporal_away: { kind: 'gauge', unit: '0 or 1', about: '1 while Temporal does not answer this process.', labels: [] },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
type NamesOf<Kind extends Metric['kind']> = {
  [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;
/** A value for each label of a metric. */
export type LabelsOf<Name extends MetricName> = Record<(typeof metrics)[Name]['labels'][number], string>;

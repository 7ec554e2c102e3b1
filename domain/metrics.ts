/**
 * Every metric of the product: what is counted and timed is declared here, and only what is declared compiles. Labels have
 * few values: nothing of a user's text, no workspace, no number; a provider's error codes are numbers, and bounded.
 */
interface Metric {
  kind: 'counter' | 'gauge' | 'histogram';
  about: string;
  labels: readonly string[];
}

export const metrics = {
  messages_accepted_total: {
    kind: 'counter',
    about: 'Messages that were acknowledged, by lane and by what made them durable.',
    labels: ['lane', 'by'],
  },
  accept_seconds: { kind: 'histogram', about: 'From a request to its acknowledgement.', labels: [] },
  accept_to_attempt_seconds: {
    kind: 'histogram',
    about: 'From the acceptance of a message, or its scheduled time, to its first attempt.',
    labels: ['lane'],
  },
  messages_received_total: {
    kind: 'counter',
    about: "Messages that came in, by what they say of their sender's consent.",
    labels: ['consent'],
  },
  messages_opted_out_total: {
    kind: 'counter',
    about:
      'Messages that were not sent because their recipient has opted out, by what stopped them: the change of the list, or their attempt.',
    labels: ['by'],
  },
  send_attempts_total: { kind: 'counter', about: 'Requests to providers, by what they came to.', labels: ['outcome'] },
  provider_seconds: { kind: 'histogram', about: 'From the first byte of a send to its answer.', labels: ['outcome'] },
  provider_errors_total: {
    kind: 'counter',
    about: 'Errors that providers gave, in answers and in receipts, by class and code.',
    labels: ['class', 'code'],
  },
  fallbacks_total: {
    kind: 'counter',
    about: 'Messages that went on to another provider, by what the one before had said.',
    labels: ['outcome'],
  },
  breaker_changes_total: {
    kind: 'counter',
    about: 'Breakers that changed, of accounts and of senders: opened, tried, failed again, closed, or forced by a person.',
    labels: ['scope', 'change'],
  },
  messages_ended_total: { kind: 'counter', about: 'Messages that came to an end, by state.', labels: ['status'] },
  reconciliations_total: { kind: 'counter', about: 'Sends in doubt, by what became of them.', labels: ['result'] },
  cooldowns_started_total: { kind: 'counter', about: 'Cooldowns after rate errors, of a workspace or a sender.', labels: ['scope'] },
  limiter_questions_total: { kind: 'counter', about: 'Updates asked of rateLimiter workflows.', labels: [] },
  limiter_grants_total: {
    kind: 'counter',
    about: 'Turns that were given, by where they came from: asked, a lease, or spare because another message did not use its own.',
    labels: ['from'],
  },
  sockets_connected: { kind: 'gauge', about: 'Connections of sockets in workspaces.', labels: [] },
  socket_namespaces: { kind: 'gauge', about: 'Workspaces that have sockets in this process.', labels: [] },
  socket_rooms: { kind: 'gauge', about: 'Rooms that somebody is in, those of single sockets left out.', labels: [] },
  sockets_ended_total: { kind: 'counter', about: 'Connections that the server ended, by the reason.', labels: ['reason'] },
  archive_failures_total: {
    kind: 'counter',
    about:
      'Steps of the archive that failed, by what stood in the way: the store (missing, exists, refused, full, away), damaged, or other.',
    labels: ['of'],
  },
  archive_read_bytes_total: { kind: 'counter', about: 'Bytes read of the archive to show messages.', labels: [] },
  messages_removed_total: {
    kind: 'counter',
    about: 'Messages that were removed because their workspace keeps them no longer.',
    labels: [],
  },
  outbox_messages: { kind: 'gauge', about: 'Messages in the backup queue.', labels: [] },
  outbox_oldest_seconds: { kind: 'gauge', about: 'Age of the oldest message in the backup queue.', labels: [] },
  outbox_relayed_total: { kind: 'counter', about: 'Workflows started from the backup queue.', labels: [] },
  sweep_put_right_total: {
    kind: 'counter',
    about: 'Messages that a sweep put right: told how they ended, or started anew.',
    labels: ['how'],
  },
  messages_overdue: { kind: 'gauge', about: 'Open messages that are past their time, as the last sweep saw them.', labels: [] },
  partitions_until_seconds: {
    kind: 'gauge',
    about: 'Until when there are partitions for what comes in, seconds since 1970: to be at least two weeks ahead.',
    labels: [],
  },
  polled_messages_total: {
    kind: 'counter',
    about: 'Messages without a receipt that a provider was asked about, by whether that ended them.',
    labels: ['result'],
  },
  webhook_attempts_total: {
    kind: 'counter',
    about: "Requests to customers' webhook endpoints, by what they came to.",
    labels: ['outcome'],
  },
  webhook_delay_seconds: {
    kind: 'histogram',
    about: 'From an event to its delivery to a webhook endpoint, where the first attempt succeeded.',
    labels: [],
  },
  webhook_endpoints_disabled_total: {
    kind: 'counter',
    about: 'Webhook endpoints that were disabled because they failed or are gone.',
    labels: [],
  },
  notifications_total: {
    kind: 'counter',
    about: 'What people were to be told of, by kind; of a storm each part counts.',
    labels: ['kind'],
  },
  notifications_lost_total: {
    kind: 'counter',
    about: 'What could not be stored of that, because the database did not answer.',
    labels: ['kind'],
  },
  temporal_away: { kind: 'gauge', about: '1 while Temporal does not answer this process.', labels: [] },
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

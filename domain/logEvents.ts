/**
 * Every line that a process of the product may log, by its `event`; only what is declared here compiles. The page
 * docs/reference/log-events.md is generated from it. `ids` names what is always in it besides; `workflowId`, `requestId` and
 * `traceId` are added where the line is written on behalf of a workflow, a request or a trace.
 */
interface LogEvent {
  /** How bad it is; two where that depends. */
  level: 'debug' | 'info' | 'warn' | 'error' | 'info or warn' | 'warn or error';
  about: string;
  ids: readonly string[];
}

const ofMessage = ['workspaceId', 'messageId'] as const;

export const logEvents = {
  'process.ready': { level: 'info', about: 'All roles of the process work.', ids: ['port'] },
  'process.stopped': { level: 'info', about: 'It was asked to end, and has.', ids: [] },
  'request.failed': { level: 'error', about: 'A request, or an event of a socket, met a fault of ours.', ids: [] },
  'request.failures_limited': { level: 'warn', about: 'An address was refused for so many bad tokens that it has to wait.', ids: ['path'] },
  'oidc.failed': { level: 'warn', about: 'A sign-in at the OpenID provider came to nothing.', ids: ['failure'] },
  'api_key.uses_lost': { level: 'warn', about: 'When keys were last used could not be stored.', ids: ['keys'] },

  'message.kept_for_later': {
    level: 'info',
    about: 'Accepted into the backup queue: Temporal did not take its start in time.',
    ids: ofMessage,
  },
  'message.accept_failed': {
    level: 'error',
    about: 'Neither Temporal nor Postgres took it; the client was told to try again.',
    ids: ofMessage,
  },
  'message.key_not_read': {
    level: 'warn',
    about:
      'Whether a key was used before could not be read in good time; the message is taken, and its row keeps it from being sent twice.',
    ids: [],
  },
  'message.last_sender_not_read': {
    level: 'warn',
    about: 'By which number its contact knows the workspace could not be read; another is taken.',
    ids: [],
  },
  'message.not_read': {
    level: 'warn',
    about: 'A look before it is accepted got no answer in time; it went on without.',
    ids: ['workspaceId'],
  },
  'message.state_not_read': {
    level: 'info',
    about: 'What became of it could not be read for telling its workflow once more.',
    ids: ofMessage,
  },
  'message.error': {
    level: 'warn or error',
    about: 'An attempt failed, and somebody is to know. `code` and `class` are those of the reference of errors.',
    ids: [...ofMessage, 'attempt', 'code', 'class', 'notify'],
  },
  'message.signal_failed': {
    level: 'warn',
    about: 'Its workflow could not be told; the sweep tells it later.',
    ids: [...ofMessage, 'signal'],
  },
  'message.record_failed': { level: 'warn', about: 'That it has ended could not be marked; the sweep does it later.', ids: ofMessage },
  'message.next_not_read': { level: 'warn', about: 'Who waits behind it could not be read; they wake by themselves.', ids: ofMessage },
  'message.old_run_goes_on': { level: 'warn', about: 'A retry by hand found the run of before still open.', ids: ofMessage },
  'message.not_started_anew': {
    level: 'warn',
    about: 'A retry by hand is stored, and its run could not be started; the sweep does it later.',
    ids: ofMessage,
  },
  'trace.query_failed': { level: 'warn', about: 'A workflow did not say in time where it stands; the rest is shown.', ids: ['workflowId'] },

  'schedules.unavailable': { level: 'warn', about: 'Temporal did not say in time how the scheduled work stands.', ids: [] },

  'callback.unknown_status': {
    level: 'warn',
    about: 'A receipt has a status that we do not know. It is stored.',
    ids: [...ofMessage, 'status'],
  },
  'callback.contradiction': {
    level: 'warn',
    about: 'A receipt says another end than the one that stands. It is stored; the first end stays.',
    ids: [...ofMessage, 'attempt', 'kept', 'refused'],
  },
  'inbound.unknown_sender': {
    level: 'warn',
    about: 'A message came in for a number that is no sender of the workspace.',
    ids: ['workspaceId', 'to'],
  },
  'inbound.consent': { level: 'info', about: 'What a message that came in says of consent.', ids: ['workspaceId', 'meaning'] },
  'inbound.start_failed': {
    level: 'warn',
    about: 'The workflow of a message that came in could not be started; the sweep does it later.',
    ids: ofMessage,
  },
  'suppression.tell_failed': {
    level: 'warn',
    about: 'Workflows of messages that an opt-out stopped could not be told; the sweep tells them.',
    ids: ['workspaceId'],
  },
  'contact.erased': { level: 'info', about: 'A contact was erased on request.', ids: ['workspaceId', 'contactId'] },
  'contact.erasure_not_finished': {
    level: 'warn',
    about: 'Its contents are unreadable; the rest of the erasure follows by schedule.',
    ids: ['workspaceId', 'contactId'],
  },
  'erasures.replayed': { level: 'warn', about: 'Keys that a restore brought back were destroyed again.', ids: ['destroyed', 'noted'] },

  'breaker.changed': {
    level: 'warn or error',
    about: 'A breaker opened, let one message try, closed, or was forced.',
    ids: ['workspaceId', 'scope', 'subject', 'change', 'reason'],
  },
  'breaker.not_changed': { level: 'warn', about: 'What a breaker learned could not be stored.', ids: ['workspaceId', 'change'] },
  'health.not_read': { level: 'warn', about: 'How well providers serve could not be read.', ids: ['workspaceId'] },
  'health.not_stored': { level: 'warn', about: 'How well a provider serves could not be stored.', ids: ['workspaceId', 'provider'] },
  'cooldown.started': { level: 'warn', about: 'A provider refused for the rate: nothing leaves for a while.', ids: ['workspaceId'] },
  'cooldown.not_stored': { level: 'warn', about: 'A cooldown could not be stored; the message waits all the same.', ids: ['workspaceId'] },
  'limits.waiting_not_called': {
    level: 'warn',
    about: 'Limits were raised, and who waits could not be called; they wake by themselves.',
    ids: ['workspaceId'],
  },
  'poll.account_failed': {
    level: 'warn',
    about: 'An account of a provider did not answer about messages without a receipt.',
    ids: ['workspaceId', 'provider'],
  },

  'outbox.relayed': { level: 'info', about: 'Messages of the backup queue have their workflows.', ids: ['started'] },
  'outbox.start_failed': { level: 'warn', about: 'Temporal does not take messages of the backup queue yet.', ids: ['waiting'] },
  'outbox.relay_failed': { level: 'warn', about: 'The backup queue could not be read.', ids: [] },
  'sweep.started_anew': { level: 'warn or error', about: 'An open message had no workflow, and got one.', ids: ofMessage },
  'sweep.overdue': { level: 'error', about: 'An open message is past its time.', ids: [...ofMessage, 'status'] },
  'redrive.not_reached': { level: 'warn', about: 'Temporal did not answer about a redrive.', ids: [] },
  'cancellation.not_reached': { level: 'warn', about: 'Temporal did not answer about a cancellation.', ids: [] },
  'export.not_reached': { level: 'warn', about: 'Temporal did not answer about an export.', ids: [] },
  'redrive.batch': { level: 'info', about: 'How far a redrive has come.', ids: ['workspaceId', 'redriveId'] },
  'redrive.provider_unavailable': {
    level: 'warn',
    about: 'A redrive left a message, since its provider could not be asked.',
    ids: [...ofMessage, 'redriveId'],
  },
  'cancellation.batch': { level: 'info', about: 'How far a cancellation has come.', ids: ['workspaceId', 'cancellationId', 'canceled'] },

  'socket.auth_failed': { level: 'error', about: 'The key of a connection could not be checked.', ids: [] },
  'socket.ended': { level: 'info', about: 'The server ended a connection.', ids: ['workspaceId', 'reason'] },
  'sockets.not_counted': { level: 'warn', about: 'Connections could not be counted over all servers; each counts its own.', ids: [] },
  'relay.look_failed': { level: 'warn', about: 'New events could not be read for the sockets; the next look reads them.', ids: [] },
  'relay.failed': { level: 'warn', about: 'The same for one workspace.', ids: ['workspaceId'] },

  'webhook.look_failed': { level: 'warn', about: 'New events could not be read for webhooks; the next look reads them.', ids: [] },
  'webhook.start_failed': {
    level: 'warn',
    about: 'The workflow of an endpoint could not be started; the next look starts it.',
    ids: ['workspaceId', 'endpointId'],
  },
  'webhook.disabled': {
    level: 'warn',
    about: 'An endpoint failed for too long, or said that it is gone.',
    ids: ['workspaceId', 'endpointId', 'reason'],
  },
  'metrics.look_failed': {
    level: 'warn',
    about: 'New events could not be counted into the figures of their workspaces; the next look does it.',
    ids: [],
  },
  'metrics.error_rate_high': {
    level: 'warn',
    about: 'The error rate of a workspace is too high; it and the operators are told.',
    ids: ['workspaceId', 'errors', 'ended'],
  },
  'metrics.error_rate_over': { level: 'info', about: 'It is not any more.', ids: ['workspaceId'] },
  'load.level': {
    level: 'info or warn',
    about: 'The process gives up more for load, or less again.',
    ids: ['level', 'from', 'queueAgeMs', 'lagMs'],
  },
  'system.look_failed': {
    level: 'warn',
    about: 'A queue, the breakers, a disk or the archive could not be looked at for the metrics.',
    ids: [],
  },
  'canary.not_delivered': { level: 'warn', about: 'A canary message did not arrive in good time.', ids: ['result', 'name'] },
  'contacts.look_failed': {
    level: 'warn',
    about: 'Names and numbers of new contacts could not be gathered; the next look does it.',
    ids: [],
  },
  'words.look_failed': { level: 'warn', about: 'Words of new texts could not be gathered; the next look does it.', ids: [] },
  'export.part': { level: 'info', about: 'A part of an export is written.', ids: ['workspaceId', 'exportId', 'part', 'rows', 'bytes'] },
  'export.removed': { level: 'info', about: 'The files of an export are gone: their time is over.', ids: ['workspaceId', 'exportId'] },
  'export.fetch_ended': {
    level: 'warn',
    about: 'Who fetched a file of an export went away, or the store did.',
    ids: ['workspaceId', 'exportId'],
  },

  'partitions.made': { level: 'info', about: 'Partitions of coming weeks were made.', ids: ['weeks'] },
  'database.connection_lost': { level: 'warn', about: 'A connection broke that nobody was using.', ids: [] },
  'database.version_faulty': {
    level: 'warn',
    about: 'This Postgres, one of version 18, may pass over rows that are being changed: take 17 (docs/adr/0013).',
    ids: ['version'],
  },
  'database.partition_missing': {
    level: 'error',
    about: 'An insert found no partition and made it: the maintenance does not run.',
    ids: [],
  },
  'database.partitions_locked': {
    level: 'warn or error',
    about: 'Partitions could not be made yet, since somebody holds their table.',
    ids: ['week', 'tries'],
  },
  'settings.watch_lost': { level: 'warn', about: 'Changes of settings are not heard of; they are read anew every few seconds.', ids: [] },
  'keys.not_checked': { level: 'warn', about: 'Whether the database of keys is the right one could not be asked yet.', ids: [] },
  'redis.error': { level: 'warn', about: 'Redis does not answer: live updates come a moment later.', ids: [] },
  'temporal.away': { level: 'error', about: 'Temporal does not answer: messages go into the backup queue.', ids: [] },
  'temporal.back': { level: 'info', about: 'It answers again.', ids: ['awayMs'] },
  'temporal.sdk': { level: 'warn or error', about: "The SDK's own words.", ids: ['message', 'taskQueue', 'workflowId', 'activityType'] },

  'archive.no_place': { level: 'warn', about: 'Weeks are due, and there is no place for the archive.', ids: [] },
  'archive.held': { level: 'warn', about: 'A week can not go into the archive yet: messages of it are open.', ids: ['week', 'held'] },
  'archive.locked': { level: 'warn', about: 'A step of the archive waits for a lock, and comes again.', ids: ['week', 'table', 'tries'] },
  'archive.step_failed': { level: 'error', about: 'A step of the archive failed, and comes again.', ids: ['week'] },
  'archive.stored': { level: 'info', about: 'A week is in the archive, read back and compared.', ids: ['week', 'generation'] },
  'archive.abandoned': {
    level: 'warn',
    about: 'Messages that were parked for too long failed, so that they hold no week.',
    ids: ['messages'],
  },
  'retention.texts_removed': {
    level: 'info',
    about: 'Messages have come to the age at which their workspace keeps their texts no longer, and those are gone.',
    ids: ['messages'],
  },
  'retention.removed': { level: 'info', about: 'Messages were removed that their workspace keeps no longer.', ids: ['messages'] },
  'audit.anchored': {
    level: 'info',
    about: "The heads of the audits' chains were noted outside of the database.",
    ids: ['key', 'workspaces'],
  },
  'audit.not_anchored': { level: 'warn', about: 'There is no place to note them.', ids: ['reason'] },

  'restore.reconciling': {
    level: 'warn',
    about: 'After a restore it is found out what has gone out since the backup; accounts are held.',
    ids: ['backupAt'],
  },
  'restore.reconciled': { level: 'warn', about: 'It is found out.', ids: ['found'] },
  'restore.reconcile_failed': { level: 'error', about: 'It could not be found out yet, and is tried again.', ids: [] },
  'restore.unexplained_send': {
    level: 'error',
    about: 'A provider has a message that we know nothing of.',
    ids: ['workspaceId', 'provider', 'providerMessageId'],
  },
} as const satisfies Record<string, LogEvent>;
export type LogEventName = keyof typeof logEvents;

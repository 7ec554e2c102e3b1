import { type LoggerOptions, pino } from 'pino';
import { logBacklogBytesMax } from '../domain/limits.js';
import type { LogEventName } from '../domain/logEvents.js';

/** One line: what happened, by its name in the catalogue, and ids and figures about it. */
export type LogEntry = { event: LogEventName } & Record<string, unknown>;

export interface Logger {
  debug(entry: LogEntry): void;
  info(entry: LogEntry): void;
  warn(entry: LogEntry): void;
  error(entry: LogEntry): void;
}

/**
 * Structured logs on stdout. Numbers are logged masked (domain/phoneNumber) and bodies not at all; what could slip
 * through as a field is redacted here.
 *
 * What can't be written, because the disk is full or nobody reads, waits in memory and is written with what comes next; beyond
 * `logBacklogBytesMax` lines are dropped. A log never ends a process.
 *
 * @param scope ids of what the process is doing at this moment, such as the request that it answers; an entry's own come first
 * @param output where lines go, and who hears of each one that was dropped; standard output by default
 */
export function createLogger(
  level: string,
  bindings: Record<string, unknown> = {},
  scope: () => Record<string, unknown> = () => ({}),
  { fd = 1, onDropped }: { fd?: number; onDropped?: () => void } = {},
): Logger {
  const destination = pino.destination({ fd, sync: true, maxLength: logBacklogBytesMax });
  destination.on('error', () => undefined);
  if (onDropped) destination.on('drop', onDropped);
  const options: LoggerOptions = {
    level,
    base: bindings,
    mixin: scope,
    mixinMergeStrategy: (entry, ids) => ({ ...ids, ...entry }),
    redact: {
      paths: [
        'authorization',
        '*.authorization',
        'headers.authorization',
        'req.headers.authorization',
        'token',
        '*.token',
        'apiKey',
        '*.apiKey',
        '*.authToken',
        'body',
        '*.body',
      ],
      censor: '[redacted]',
    },
  };
  return pino(options, destination);
}

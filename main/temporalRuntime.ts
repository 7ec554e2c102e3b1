import { DefaultLogger, type LogEntry, type RuntimeOptions } from '@temporalio/worker';
import type { Logger } from '../platform/logger.js';

const levels = { TRACE: 'debug', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** The SDK logs through our logger. Its own "info" is our "debug": a line for each workflow says nothing to an operator. */
export function temporalRuntimeOptions(logger: Logger): RuntimeOptions {
  const log = ({ level, message, meta }: LogEntry) => {
    const { sdkComponent, taskQueue, workflowId, activityType, error } = meta ?? {};
    logger[levels[level]]({
      event: 'temporal.sdk',
      message,
      sdkComponent,
      taskQueue,
      workflowId,
      activityType,
      ...(error ? { error: String(error) } : {}),
    });
  };
  return { logger: new DefaultLogger('INFO', log), shutdownSignals: [] };
}

import { createServer } from 'node:net';
import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker';
import type { Logger } from '../platform/logger.js';

const levels = { TRACE: 'debug', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
/** A port that was free a moment ago may be taken by now. */
const portTriesMax = 5;
const askTimeoutMs = 2_000;

/**
 * Makes the SDK's runtime, before anything of it is used. It logs through our logger; its own "info" is our "debug": a line for
 * each workflow says nothing to an operator. It counts on a port of this machine, from which the answer brings its text, to be
 * shown with our own metrics: one page a process.
 */
export async function installTemporalRuntime(logger: Logger, roles: string): Promise<() => Promise<string>> {
  for (let tries = 1; ; tries++) {
    const address = `127.0.0.1:${await freePort()}`;
    try {
      Runtime.install({
        logger: new DefaultLogger('INFO', (entry) => log(logger, entry)),
        shutdownSignals: [],
        telemetryOptions: {
          metrics: {
            prometheus: { bindAddress: address, useSecondsForDurations: true, unitSuffix: true, countersTotalSuffix: true },
            globalTags: { roles },
            attachServiceName: false,
          },
        },
      });
      return () => metricsAt(address);
    } catch (error) {
      if (tries === portTriesMax) throw error;
    }
  }
}

function log(logger: Logger, { level, message, meta }: LogEntry): void {
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
}

async function metricsAt(address: string): Promise<string> {
  const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(askTimeoutMs) });
  return response.text();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

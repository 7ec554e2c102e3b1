import path from 'node:path';
import { type RunningService, startService } from './service.js';
import { findTemporalCli, type Say } from './temporalBinary.js';
import { ensureNamespace, temporalAnswers } from './temporalNamespace.js';

export interface TemporalDevServer extends RunningService {
  address: string;
  uiUrl: string;
}

const readyWithinMs = 30_000;
const stopWithinMs = 10_000;

// The server throttles far below what one box can do, and one queue partition is quickest on one node.
const dynamicConfig: Record<string, string> = {
  'frontend.namespaceRPS': '100000',
  'frontend.rps': '100000',
  'frontend.namespaceCount': '100000',
  'frontend.persistenceMaxQPS': '100000',
  'history.rps': '100000',
  'history.persistenceMaxQPS': '100000',
  'matching.rps': '100000',
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
  'matching.useNewMatcher': 'true',
  'matching.enableFairness': 'true',
  'system.forceSearchAttributesCacheRefreshOnRead': 'true',
};

/** Starts the CLI's development server with its Web UI, its data in `directory` (a SQLite file). */
export async function startTemporalDevServer(options: {
  directory: string;
  port: number;
  uiPort: number;
  namespace: string;
  logFile: string;
  say: Say;
}): Promise<TemporalDevServer> {
  const { directory, port, uiPort, namespace, logFile, say } = options;
  const address = `127.0.0.1:${port}`;
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--ui-port',
    String(uiPort),
    '--log-level',
    'error',
  ].concat(
    ['--db-filename', path.join(directory, 'temporal.db'), '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    Object.entries(dynamicConfig).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
  );
  const service = await startService({
    name: 'Temporal',
    command: await findTemporalCli(say),
    args,
    env: { GOGC: '400', GOMEMLIMIT: '3GiB' },
    logFile,
    pidFile: `${logFile}.pid`,
    stopWithinMs,
    readyWithinMs,
    isReady: () => temporalAnswers(address),
  });
  await ensureNamespace(address, namespace);
  return { ...service, address, uiUrl: `http://127.0.0.1:${uiPort}` };
}

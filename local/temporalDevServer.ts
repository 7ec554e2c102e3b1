import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Say } from './cachedPrograms.js';
import { assertFree } from './ports.js';
import type { RunningService } from './service.js';
import { findTemporalCli } from './temporalBinary.js';
import { startTemporalService } from './temporalService.js';
import { devServerSettings } from './temporalSettings.js';

export interface TemporalDevServer extends RunningService {
  address: string;
  uiUrl: string;
}

/**
 * After a request was given up at the wrong moment its SQLite may answer so to every other until it is started again
 * (temporalio/temporal#9198, in servers later than the last CLI that Go can install).
 */
const interrupted = 'Error: interrupted (9)';
const readyWithinMs = 30_000;
const stopWithinMs = 10_000;

/**
 * Starts the CLI's development server with its Web UI, its data in `directory` (a SQLite file). Throws where a port is
 * taken or another launcher has the folder: two servers on one file would start without a word.
 */
export async function startTemporalDevServer(options: {
  directory: string;
  port: number;
  uiPort: number;
  namespace: string;
  /** Where the browser of whoever looks at the Web UI gets payloads opened. */
  codecEndpoint?: string;
  logFile: string;
  say: Say;
}): Promise<TemporalDevServer> {
  const { directory, port, uiPort, namespace, codecEndpoint, logFile, say } = options;
  const address = `127.0.0.1:${port}`;
  const file = path.resolve(directory, 'temporal.db');
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  const words = `server start-dev --ip 127.0.0.1 --port ${port} --ui-port ${uiPort} --log-level error`.split(' ');
  const pragmas = ['journal_mode=wal', 'synchronous=normal'].flatMap((pragma) => ['--sqlite-pragma', pragma]);
  const settings = Object.entries(devServerSettings).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);
  const codec = codecEndpoint ? ['--ui-codec-endpoint', codecEndpoint] : [];
  const args = [...words, '--db-filename', file, ...pragmas, ...settings, ...codec];
  const service = await startTemporalService({
    address,
    namespace,
    name: 'Temporal',
    place: file,
    command: await findTemporalCli(say),
    prepare: async () => {
      await assertFree(port, 'Temporal');
      await assertFree(uiPort, 'the Temporal Web UI');
      return { args };
    },
    logFile,
    incurable: interrupted,
    stopWithinMs,
    readyWithinMs,
    say,
  });
  return Object.assign(service, { address, uiUrl: `http://127.0.0.1:${uiPort}` });
}

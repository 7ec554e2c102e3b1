import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Say } from './cachedPrograms.js';
import { ensureDatabase } from './embeddedPostgres.js';
import { freePort } from './ports.js';
import type { RunningService } from './service.js';
import { findTemporalServer } from './temporalBinary.js';
import { startTemporalService } from './temporalService.js';
import { serverSettings } from './temporalSettings.js';

export interface TemporalCluster extends RunningService {
  address: string;
  /** Names of its databases, to tell its connections from others on the same Postgres. */
  databases: { history: string; visibility: string };
}

export interface TemporalClusterOptions {
  /** Any database of the Postgres to keep the cluster's databases on, as a user that may create databases. */
  postgresUrl: string;
  /** For the configuration files. */
  directory: string;
  namespace: string;
  logFile: string;
  say: Say;
}

/** Of the histories; can't be changed later. Between 16 and 64 no difference was measured on 2 cores. */
const historyShards = 16;
const readyWithinMs = 60_000;
const stopWithinMs = 15_000;
const plugin = 'postgres12_pgx';
const databases = { history: 'temporal_history', visibility: 'temporal_visibility' };

const clusterSettings = { ...serverSettings, 'history.timerProcessorMaxTimeShift': '50ms' };

/** Starts the production server, all its services in one process, with its data on Postgres. The schema is made or brought up to date. */
export async function startTemporalCluster(options: TemporalClusterOptions): Promise<TemporalCluster> {
  const { postgresUrl, directory, namespace, logFile, say } = options;
  const { server, sqlTool } = await findTemporalServer(say);
  await prepareSchema(sqlTool, postgresUrl, databases.history, 'temporal');
  await prepareSchema(sqlTool, postgresUrl, databases.visibility, 'visibility');

  const ports = await freeLowPorts(8);
  const [port] = ports as [number];
  const address = `127.0.0.1:${port}`;
  mkdirSync(directory, { recursive: true });
  const dynamicFile = path.resolve(directory, 'dynamic.yaml');
  const configFile = path.resolve(directory, 'server.yaml');
  // JSON is YAML.
  writeFileSync(
    dynamicFile,
    JSON.stringify(Object.fromEntries(Object.entries(clusterSettings).map(([name, value]) => [name, [{ value }]]))),
  );
  writeFileSync(configFile, JSON.stringify(serverConfig(postgresUrl, ports, dynamicFile)), { mode: 0o600 });
  const service = await startTemporalService({
    address,
    namespace,
    name: 'Temporal server',
    place: configFile,
    command: server,
    prepare: async () => ({ args: ['--config-file', configFile, '--allow-no-auth', 'start'] }),
    logFile,
    stopWithinMs,
    readyWithinMs,
    say,
  });
  return Object.assign(service, { address, databases });
}

/** Makes the database where it is missing, and brings its schema to the tool's version. */
async function prepareSchema(sqlTool: string, postgresUrl: string, database: string, schema: 'temporal' | 'visibility'): Promise<void> {
  const url = new URL(postgresUrl);
  const tool = async (...words: string[]) => {
    const connection = [
      '--plugin',
      plugin,
      '--endpoint',
      url.hostname,
      '--port',
      url.port || '5432',
      '--user',
      decodeURIComponent(url.username),
      '--database',
      database,
    ];
    await promisify(execFile)(sqlTool, [...connection, ...words], {
      env: { ...process.env, SQL_PASSWORD: decodeURIComponent(url.password) },
    });
  };
  await ensureDatabase(postgresUrl, database);
  const update = () => tool('update-schema', '--schema-name', `postgresql/v12/${schema}`);
  // A schema that an earlier start made has its version table already.
  await update().catch(async () => {
    await tool('setup-schema', '-v', '0.0');
    await update();
  });
}

/** Free ports below 32,768: the server keeps its members' ports in a smallint. */
async function freeLowPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  let next = 17_000 + Math.floor(Math.random() * 10_000);
  while (ports.length < count) {
    const port = await freePort(next);
    ports.push(port);
    next = port + 1;
  }
  return ports;
}

function serverConfig(postgresUrl: string, ports: readonly number[], dynamicFile: string) {
  const url = new URL(postgresUrl);
  const store = (databaseName: string, connectionsMax: number) => ({
    sql: {
      pluginName: plugin,
      databaseName,
      connectAddr: `${url.hostname}:${url.port || '5432'}`,
      connectProtocol: 'tcp',
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      maxConns: connectionsMax,
      maxIdleConns: connectionsMax,
      maxConnLifetime: '1h',
    },
  });
  const rpc = (service: number) => ({
    rpc: { grpcPort: ports[2 * service], membershipPort: ports[2 * service + 1], bindOnLocalHost: true },
  });
  return {
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'history',
      visibilityStore: 'visibility',
      numHistoryShards: historyShards,
      datastores: { history: store(databases.history, 30), visibility: store(databases.visibility, 10) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: { frontend: rpc(0), matching: rpc(1), history: rpc(2), worker: rpc(3) },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${ports[0]}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '60s' },
  };
}

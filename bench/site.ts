import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { ensureDatabase, startEmbeddedPostgres } from '../local/embeddedPostgres.js';
import { freePort } from '../local/ports.js';
import { type Stack, startStack } from '../local/stack.js';
import type { Steps } from '../local/steps.js';
import { startTemporalCluster, type TemporalCluster } from '../local/temporalCluster.js';
import { projectRoot } from '../platform/projectRoot.js';
import type { MeteredProcesses } from './cpuMeter.js';
import type { FloorRun } from './floor.js';
import { type LoadResult, type LoadRun, loadApplicationName } from './loadGenerator.js';
import { type Helper, startHelper } from './processMessages.js';

/** Everything a measurement needs, each part a process of its own. */
export interface Site {
  stack: Stack;
  cluster: TemporalCluster;
  postgresUrl: string;
  load: Helper<LoadRun, LoadResult>;
  floor: Helper<FloorRun, { seconds: number }>;
  /** Starts the same once more, on lean workflow threads as the product has them. */
  startLeanFloor(): Promise<Helper<FloorRun, { seconds: number }>>;
  metered: MeteredProcesses;
  stop(): Promise<void>;
}

export interface SiteOptions {
  workspaces: number;
  /** For the product's processes. */
  env: Record<string, string>;
  /** Keep the data and logs of the run. */
  keep: boolean;
  steps: Steps;
}

/** What the load generator's connection to Postgres is counted as. */
export const loadLookUps = 'load look-ups';
const applicationDatabase = 'postrider';
const namespace = 'bench';
const simulatorArgs = ['--callbacks', 'sent:20,delivered:50'];
const leanThreads = path.join(projectRoot, 'dist/workers/leanWorkflowThreads.js');
const compiled = (file: string) => path.join(projectRoot, 'dist/bench', file);

/**
 * Starts Postgres, the production Temporal server on it, the product's processes as `npm start` has them, the
 * simulator, the load generator and the floor, on free ports and in a folder of their own.
 */
export async function openSite({ workspaces, env, keep, steps }: SiteOptions): Promise<Site> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-bench-'));
  // Postgres may run as another user and has to come in.
  chmodSync(directory, 0o755);
  const log = (name: string) => path.join(directory, `${name}.log`);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next; next = stops.pop()) await next().catch((error: unknown) => steps.say(String(error)));
    if (keep) steps.say(`data and logs are in ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const postgres = await steps.run('Postgres', () =>
      startEmbeddedPostgres({ directory: path.join(directory, 'postgres'), port, logFile: log('postgres') }),
    );
    stops.push(postgres.stop);
    const cluster = await steps.run('Temporal server', () =>
      startTemporalCluster({
        postgresUrl: postgres.url,
        directory: path.join(directory, 'temporal'),
        namespace,
        logFile: log('temporal'),
        say: (text) => steps.say(text),
      }),
    );
    stops.push(cluster.stop);
    const databaseUrl = await ensureDatabase(postgres.url, applicationDatabase);
    const stack = await startStack({
      dataDirectory: path.join(directory, 'data'),
      databaseUrl,
      temporalAddress: cluster.address,
      temporalNamespace: namespace,
      simulatorArgs,
      workspaces,
      anyPorts: true,
      steps,
      env: { LOG_LEVEL: 'warn', ...env },
    });
    stops.push(stack.stop);
    const load = await startHelper<LoadRun, LoadResult>(compiled('loadGenerator.js'), [stack.url, databaseUrl], log('load'));
    stops.push(load.stop);
    const floor = await steps.run('floor', () =>
      startHelper<FloorRun, { seconds: number }>(compiled('floor.js'), [cluster.address, namespace], log('floor')),
    );
    stops.push(floor.stop);
    const startLeanFloor = async () => {
      const args = [cluster.address, namespace, 'lean-floor'];
      const helper = await startHelper<FloorRun, { seconds: number }>(compiled('floor.js'), args, log('lean-floor'), leanThreads);
      stops.push(helper.stop);
      return helper;
    };
    const processes = Object.fromEntries([...stack.processes].map(([name, child]) => [name, child.pid]));
    const metered: MeteredProcesses = {
      pids: {
        ...processes,
        simulator: () => stack.servicePids.simulator,
        load: () => load.pid,
        floor: () => floor.pid,
        temporal: () => cluster.pid,
      },
      postgresPid: postgres.pid,
      databaseNames: {
        [applicationDatabase]: 'postgres application',
        [cluster.databases.history]: 'postgres temporal',
        [cluster.databases.visibility]: 'postgres visibility',
      },
      backendNames: await backendsOfLoad(databaseUrl),
    };
    return { stack, cluster, postgresUrl: postgres.url, load, floor, startLeanFloor, metered, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The connection on which the load generator looks for ended messages is no part of the product. */
async function backendsOfLoad(databaseUrl: string): Promise<Record<number, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity where application_name = $1', [
    loadApplicationName,
  ]);
  await client.end();
  return Object.fromEntries(rows.map(({ pid }) => [pid, loadLookUps]));
}

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { ensureDatabase, startEmbeddedPostgres } from '../local/embeddedPostgres.js';
import { freePort } from '../local/ports.js';
import { type Stack, startStack } from '../local/stack.js';
import type { Steps } from '../local/steps.js';
import { startTemporalCluster, type TemporalCluster } from '../local/temporalCluster.js';
import { withStops } from '../local/withStops.js';
import { projectRoot } from '../platform/projectRoot.js';
import type { MeteredProcesses } from './cpuMeter.js';
import type { FloorRun } from './floor.js';
import { type LoadResult, type LoadRun, loadApplicationName } from './loadGenerator.js';
import { describeMachine } from './machine.js';
import { type Helper, startHelper } from './processMessages.js';
import type { SocketsAnswer, SocketsAsked } from './socketClients.js';
import type { Target } from './target.js';

export type Floor = Helper<FloorRun, { seconds: number }>;

/** Everything a measurement needs, each part a process of its own. */
export interface Site extends Target {
  directory: string;
  stack: Stack;
  cluster: TemporalCluster;
  namespace: string;
  postgresUrl: string;
  /** Starts the bare workflows; `lean`: on lean workflow threads as the product has them. */
  startFloor(kind?: 'lean'): Promise<Floor>;
  /** What else belongs to the site: metered under this name, and stopped with it. */
  add<Part extends { pid: number; stop(): Promise<void> }>(name: string, part: Part): Part;
  log(name: string): string;
}

export interface SiteOptions {
  workspaces: number;
  /** Of the simulator. */
  callbacks?: string;
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
const callbacksDefault = 'sent:20,delivered:50';
const leanThreads = path.join(projectRoot, 'dist/workers/leanWorkflowThreads.js');
export const compiled = (file: string) => path.join(projectRoot, 'dist/bench', file);

/** Opens a site, works with it and stops it again, also where the work fails or is interrupted. */
export function withSite<T>(options: SiteOptions, work: (site: Site) => Promise<T>): Promise<T> {
  return withStops(options.steps, (stops) => openSite(options, stops), work);
}

/**
 * Starts Postgres, the production Temporal server on it, the product's processes as `npm start` has them, the
 * simulator and the load generator, on free ports and in a folder of their own.
 */
async function openSite(
  { workspaces, callbacks = callbacksDefault, env, keep, steps }: SiteOptions,
  stops: (() => unknown)[],
): Promise<Site> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-bench-'));
  // Postgres may run as another user and has to come in.
  chmodSync(directory, 0o755);
  stops.push(async () => {
    if (keep) steps.say(`data and logs are in ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  });
  const log = (name: string) => path.join(directory, `${name}.log`);
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
    simulatorArgs: ['--callbacks', callbacks],
    workspaces,
    anyPorts: true,
    steps,
    env: { LOG_LEVEL: 'warn', ...env },
  });
  stops.push(stack.stop);
  const pids: MeteredProcesses['pids'] = {
    ...Object.fromEntries([...stack.processes].map(([name, child]) => [name, child.pid])),
    simulator: () => stack.servicePids.simulator,
    temporal: () => cluster.pid,
  };
  const add: Site['add'] = (name, part) => {
    stops.push(part.stop);
    pids[name] = () => part.pid;
    return part;
  };
  const load = add('load', await startHelper<LoadRun, LoadResult>(compiled('loadGenerator.js'), [stack.url, databaseUrl], log('load')));
  return {
    directory,
    stack,
    cluster,
    namespace,
    postgresUrl: postgres.url,
    url: stack.url,
    simulatorUrl: stack.simulatorUrl as string,
    databaseUrl,
    workspaces: stack.workspaces.map(({ id, apiKey, senders, twilioAccountSid: accountSid, twilioAuthToken: authToken }) => ({
      id,
      apiKey,
      inbound: { accountSid, authToken, to: senders[0] as string },
    })),
    machine: await describeMachine(postgres.url, cluster.address),
    callbacksEach: callbacks.split(',').length,
    load,
    startSockets: async () =>
      add('sockets', await startHelper<SocketsAsked, SocketsAnswer>(compiled('socketClients.js'), [stack.url], log('sockets'))),
    startFloor: async (kind) => {
      const name = kind === 'lean' ? 'lean-floor' : 'floor';
      const args = [cluster.address, namespace, name];
      const preload = kind === 'lean' ? leanThreads : undefined;
      return add(name, await startHelper<FloorRun, { seconds: number }>(compiled('floor.js'), args, log(name), preload));
    },
    limiterEvents: () => limiterEvents(postgres.url, cluster),
    metered: {
      pids,
      postgresPid: postgres.pid,
      databaseNames: {
        [applicationDatabase]: 'postgres application',
        [cluster.databases.history]: 'postgres temporal',
        [cluster.databases.visibility]: 'postgres visibility',
      },
      backendNames: await backendsOfLoad(databaseUrl),
    },
    add,
    log,
  };
}

/** The connection on which the load generator looks for ended messages is no part of the product. */
export async function backendsOfLoad(databaseUrl: string): Promise<Record<number, string>> {
  const rows = await queryOnce<{ pid: number }>(
    databaseUrl,
    `select pid from pg_stat_activity where application_name = '${loadApplicationName}'`,
  );
  return Object.fromEntries(rows.map(({ pid }) => [pid, loadLookUps]));
}

/** Length of all limiters' histories together, from Temporal's own table: the only count that needs nothing of the product. */
async function limiterEvents(postgresUrl: string, { databases }: TemporalCluster): Promise<number> {
  const url = Object.assign(new URL(postgresUrl), { pathname: `/${databases.history}` }).href;
  const [row] = await queryOnce<{ events: string | null }>(
    url,
    `select sum(next_event_id) as events from executions where workflow_id like 'ratelimiter/%'`,
  );
  return Number(row?.events ?? 0);
}

async function queryOnce<Row extends object>(connectionString: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

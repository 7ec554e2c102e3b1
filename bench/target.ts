import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { workspaceOfKey } from '../load/workspaceOfKey.js';
import type { Steps } from '../local/steps.js';
import type { MeteredProcesses } from './cpuMeter.js';
import type { LoadResult, LoadRun, LoadWorkspace } from './loadGenerator.js';
import { describeMachine, type Machine } from './machine.js';
import { type Helper, startHelper } from './processMessages.js';
import { compiled, type SiteOptions, withSite } from './site.js';
import type { SocketsAnswer, SocketsAsked } from './socketClients.js';

export interface TargetWorkspace extends LoadWorkspace {
  /** How somebody writes to it; unknown of a system that we were only given the keys of. */
  inbound?: { accountSid: string; authToken: string; to: string };
}

/** What a load is put on: a site of our own, or a system that runs already. */
export interface Target {
  url: string;
  simulatorUrl: string;
  /** Where the load generator sees what has ended. */
  databaseUrl: string;
  workspaces: TargetWorkspace[];
  machine: Machine;
  /** Status callbacks that the simulator makes of each message, where we know. */
  callbacksEach?: number;
  load: Helper<LoadRun, LoadResult>;
  startSockets(): Promise<Helper<SocketsAsked, SocketsAnswer>>;
  /** Events in the histories of all limiters, where they can be seen. */
  limiterEvents?(): Promise<number>;
  metered: MeteredProcesses;
}

/** A system that runs already, as the command line names it. */
export interface RunningSystem {
  url: string;
  simulatorUrl: string;
  databaseUrl: string;
  apiKeys: string[];
}

const answerWithinMs = 5_000;

/** Works with the running system where one is named, else with a site of our own. */
export function withTarget<T>(
  options: SiteOptions & { running: RunningSystem | undefined },
  work: (target: Target) => Promise<T>,
): Promise<T> {
  return options.running ? withRunning(options.running, options.steps, work) : withSite(options, work);
}

async function withRunning<T>(system: RunningSystem, steps: Steps, work: (target: Target) => Promise<T>): Promise<T> {
  await assertThere(system);
  const { url, simulatorUrl, databaseUrl, apiKeys } = system;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-bench-'));
  const log = (name: string) => path.join(directory, `${name}.log`);
  const helpers: { stop(): Promise<void> }[] = [];
  const pids: MeteredProcesses['pids'] = {};
  const start = async <Request extends object, Answer>(name: string, file: string, args: string[]): Promise<Helper<Request, Answer>> => {
    const helper = await startHelper<Request, Answer>(compiled(file), args, log(name));
    helpers.push(helper);
    pids[name] = () => helper.pid;
    return helper;
  };
  steps.say(`drives the system at ${url}; the CPU and memory of its processes are not seen from here`);
  try {
    return await work({
      url,
      simulatorUrl,
      databaseUrl,
      workspaces: apiKeys.map((apiKey) => ({ id: workspaceOfKey(apiKey) as string, apiKey })),
      machine: await describeMachine(databaseUrl),
      load: await start('load', 'loadGenerator.js', [url, databaseUrl]),
      startSockets: () => start('sockets', 'socketClients.js', [url]),
      metered: { pids, postgresPid: undefined, databaseNames: {}, backendNames: {} },
    });
  } finally {
    for (const helper of helpers) await helper.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Throws where one of the addresses answers nothing, or not as what it should be: a load on nothing would be a table of zeros.
 */
export async function assertThere({ url, simulatorUrl, databaseUrl, apiKeys }: RunningSystem): Promise<void> {
  const ready = await look(`${url}/readyz`, {}, 'no Postrider');
  const said = (await ready.json().catch(() => undefined)) as { status?: string } | undefined;
  if (said?.status !== 'ready') {
    throw new Error(
      `at ${url} there is no Postrider that is ready: GET /readyz answered ${ready.status}${said?.status ? ` (${said.status})` : ''}`,
    );
  }
  const health = await look(`${simulatorUrl}/_control/health`, {}, 'no simulator');
  if (!health.ok) throw new Error(`at ${simulatorUrl} there is no simulator: GET /_control/health answered ${health.status}`);
  for (const apiKey of apiKeys) {
    const { status } = await look(`${url}/v1/queues`, { authorization: `Bearer ${apiKey}` }, 'no Postrider');
    if (status !== 200) throw new Error(`an API key is not taken at ${url}: GET /v1/queues answered ${status} for ${apiKey.slice(0, 12)}…`);
  }
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: answerWithinMs });
  try {
    await client.connect();
    await client.query('select 1 from message_key limit 1');
  } catch (error) {
    throw new Error(`--database is not the database of that Postrider (${(error as Error).message || String(error)})`);
  } finally {
    await client.end();
  }
}

function look(url: string, headers: Record<string, string>, otherwise: string): Promise<Response> {
  return fetch(url, { headers, signal: AbortSignal.timeout(answerWithinMs) }).catch((error: Error) => {
    const reason = error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
    throw new Error(`there is ${otherwise} at ${url} (${reason}): start one by npm start, or leave --url out`);
  });
}

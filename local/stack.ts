import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type DemoWorkspace, seedDemo } from '../main/seedDemo.js';
import { projectRoot } from '../platform/projectRoot.js';
import { migrate, migrateKeys } from '../storage/migrate.js';
import { ensureProductLogin } from '../storage/productLogin.js';
import { type SupervisedChild, startChild } from './childProcess.js';
import { type DataDirectory, openDataDirectory } from './dataDirectory.js';
import { ensureDatabase, ensureKeysDatabase, startEmbeddedPostgres } from './embeddedPostgres.js';
import { assertFree, freePort, ownerOfPort } from './ports.js';
import { endFrom } from './processIdentity.js';
import { productLoginUrl } from './productLoginUrl.js';
import type { RunningService } from './service.js';
import { type Steps, silentSteps } from './steps.js';
import { startTemporalDevServer } from './temporalDevServer.js';
import { ensureNamespace } from './temporalNamespace.js';

/** As in the Dockerfile; the size of the young generation, in MB, is that of docs/adr/0006. */
export const nodeOptions = '--enable-source-maps --max-semi-space-size=64';

/** One process of the product: its name and what it does. */
export interface ProcessLayout {
  name: string;
  roles: string;
  env?: Record<string, string>;
  /** The program, where it is not the product's own. */
  file?: string;
}

export interface StackOptions {
  dataDirectory: string;
  /** HTTP port that must be had; without it 3000, or the next free. */
  port?: number;
  /** Running services to use instead of starting them; the database by its owner. */
  databaseUrl?: string;
  /** The same database by the product's login; by default one is made. */
  loginUrl?: string;
  /** The database of contacts' keys by its owner; by default one beside the other, with `_keys` after its name. */
  keysDatabaseUrl?: string;
  temporalAddress?: string;
  temporalNamespace?: string;
  redisUrl?: string;
  /** Master key, base64; by default the data folder's own. */
  encryptionKey?: string;
  /** Master keys of before, as ENCRYPTION_KEYS_OLD. */
  encryptionKeysOld?: string;
  /** A real account for the demo workspace: no simulator is started. */
  twilio?: { accountSid: string; authToken: string; apiBaseUrl?: string; senders?: string[] };
  simulatorArgs?: string[];
  processes?: ProcessLayout[];
  /** For every process of the product. */
  env?: Record<string, string>;
  /** Demo workspaces to have; 1 by default. */
  workspaces?: number;
  /** A canary goes to this number, from the last of the workspaces. */
  canaryTo?: string;
  /** Ports that nobody is using, rather than the usual ones (`port` is still kept): for tests and benchmarks beside a running system. */
  anyPorts?: boolean;
  steps?: Steps;
}

export interface Stack {
  url: string;
  /** By the owner of the tables, for whoever looks after them. The product's processes have a login of their own. */
  databaseUrl: string;
  keysDatabaseUrl: string;
  temporalAddress: string;
  temporalNamespace: string;
  temporalUiUrl: string | undefined;
  simulatorUrl: string | undefined;
  /** Master key, base64; and what the codec of the Web UI asks for. */
  encryptionKey: string;
  codecToken: string;
  workspaces: DemoWorkspace[];
  /** Signs the owner of the first workspace in, once and within the hour. */
  signInUrl: string | undefined;
  /** Where what is kept outside the database lies. */
  archiveDirectory: string;
  /** The product's processes by name. */
  processes: Map<string, SupervisedChild<{ port?: number }>>;
  /** Where each of them shows its metrics, by name. */
  metricsUrls: Map<string, string>;
  /** Pids of what else was started, as they are now: a service that dies is started again under another one. */
  readonly servicePids: Record<'postgres' | 'temporal' | 'simulator', number | undefined>;
  stop: () => Promise<void>;
}

/** Front and back: eager starts need server and messages in one process, and two of everything that sends must work. */
export const defaultProcesses: ProcessLayout[] = [
  { name: 'front', roles: 'server,messages,sends' },
  { name: 'back', roles: 'sends,limiter,maintenance,webhooks' },
];

const usualPorts = { http: 3_000, postgres: 5_433, temporal: 7_233, temporalUi: 8_233, simulator: 4_010 };
/** Of the first process that is no server; the next ones take those after it. */
const usualMetricsPort = 9_464;
const compiled = (file: string) => path.join(projectRoot, 'dist', file);

/** What must be stopped, lowest rank first. */
interface Started {
  rank: number;
  stop: () => Promise<void>;
}
const ranks = { simulator: 100, temporal: 101, postgres: 102 } as const;

/** Brings the whole system up on this machine; what it started it stops again, in order, also where a step fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { steps = silentSteps } = options;
  const data = openDataDirectory(options.dataDirectory);
  const started: Started[] = [];
  const stop = async (): Promise<void> => {
    // Who takes work goes before who does it, and both before what they stand on.
    const inOrder = started.splice(0).sort((a, b) => a.rank - b.rank);
    for (const { stop: one } of inOrder) await one().catch((error: unknown) => steps.say(String(error)));
    data.release();
  };
  try {
    return await bringUp(options, steps, data, started, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(
  options: StackOptions,
  steps: Steps,
  data: DataDirectory,
  started: Started[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const log = (name: string) => path.join(data.logs, `${name}.log`);
  // What an earlier run left behind holds the ports that this one wants.
  for (const name of ['postgres', 'temporal']) {
    if (await endFrom(`${log(name)}.pid`)) steps.say(`ended the ${name} that an earlier run left behind`);
  }
  const ports = await choosePorts(options, data, steps);
  const namespace = options.temporalNamespace ?? 'default';
  const url = `http://127.0.0.1:${ports.http}`;
  const codecToken = (data.settings.codecToken ??= randomBytes(16).toString('hex'));
  data.save();
  const services: { postgres?: RunningService; temporal?: RunningService; simulator?: SupervisedChild<{ url: string }> } = {};
  const say = (text: string) => steps.say(text);

  const postgres = async () => {
    if (options.databaseUrl) return options.databaseUrl;
    const service = await steps.run(
      'Postgres',
      () => startEmbeddedPostgres({ directory: path.join(data.path, 'postgres'), port: ports.postgres, logFile: log('postgres'), say }),
      ({ version }) => `${version} on 127.0.0.1:${ports.postgres}`,
    );
    started.push({ rank: ranks.postgres, stop: service.stop });
    services.postgres = service;
    return ensureDatabase(service.url, 'postrider');
  };
  const temporal = async () => {
    if (options.temporalAddress) {
      await ensureNamespace(options.temporalAddress, namespace);
      return { address: options.temporalAddress, uiUrl: process.env.TEMPORAL_UI_URL };
    }
    const service = await steps.run(
      'Temporal',
      () =>
        startTemporalDevServer({
          directory: path.join(data.path, 'temporal'),
          port: ports.temporal,
          uiPort: ports.temporalUi,
          namespace,
          codecEndpoint: `${url}/codec/${codecToken}`,
          logFile: log('temporal'),
          say,
        }),
      ({ address }) => `on ${address}`,
    );
    started.push({ rank: ranks.temporal, stop: service.stop });
    services.temporal = service;
    return service;
  };
  const simulator = async () => {
    if (options.twilio) return undefined;
    const child = await steps.run('provider simulator', () =>
      startChild<{ url: string }>({
        name: 'simulator',
        file: compiled('simulator/main.js'),
        args: [
          '--port',
          String(ports.simulator),
          '--ledger',
          path.join(data.path, 'simulator-ledger.jsonl'),
          ...(options.simulatorArgs ?? []),
        ],
        logFile: log('simulator'),
        say,
      }),
    );
    started.push({ rank: ranks.simulator, stop: child.stop });
    services.simulator = child;
    return child.ready.url;
  };
  // Settled, not raced: what one of them has started must be known before the others' failure stops it.
  const [databaseResult, temporalResult, simulatorResult] = await Promise.allSettled([postgres(), temporal(), simulator()]);
  const databaseUrl = valueOf(databaseResult);
  const { address: temporalAddress, uiUrl: temporalUiUrl } = valueOf(temporalResult);
  const simulatorUrl = valueOf(simulatorResult);

  const loginUrl = options.loginUrl ?? productLoginUrl(databaseUrl);
  const keysDatabaseUrl = options.keysDatabaseUrl ?? (await ensureKeysDatabase(databaseUrl));
  const { username, password } = new URL(loginUrl);
  const keysLoginUrl = Object.assign(new URL(keysDatabaseUrl), { username, password }).href;
  const applied = await steps.run(
    'migrations',
    async () => {
      const names = [...(await migrate(databaseUrl)), ...(await migrateKeys(keysDatabaseUrl))];
      await ensureProductLogin(databaseUrl, loginUrl);
      await ensureProductLogin(keysDatabaseUrl, keysLoginUrl);
      return names;
    },
    (names) => (names.length > 0 ? `applied ${names.length}` : 'up to date'),
  );
  const encryptionKey = options.encryptionKey ?? data.settings.encryptionKey;
  const { workspaces, signInToken } = await steps.run(applied.length > 0 ? 'demo workspace made' : 'demo workspace', () =>
    seedDemo({
      databaseUrl: loginUrl,
      keysDatabaseUrl: keysLoginUrl,
      encryptionKey,
      encryptionKeysOld: options.encryptionKeysOld?.split(','),
      ...(options.twilio && { providerAccount: options.twilio, ...(options.twilio.senders && { senders: options.twilio.senders }) }),
      ...(options.workspaces && { workspaces: options.workspaces }),
    }),
  );

  const archiveDirectory = process.env.ARCHIVE_DIRECTORY ?? path.join(data.path, 'archive');
  const env: Record<string, string> = {
    DATABASE_URL: loginUrl,
    KEYS_DATABASE_URL: keysLoginUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    ENCRYPTION_KEY: encryptionKey,
    ...(options.encryptionKeysOld && { ENCRYPTION_KEYS_OLD: options.encryptionKeysOld }),
    CODEC_TOKEN: codecToken,
    ARCHIVE_DIRECTORY: archiveDirectory,
    PORT: String(ports.http),
    PUBLIC_BASE_URL: process.env.PUBLIC_BASE_URL ?? url,
    NODE_OPTIONS: nodeOptions,
    ...(temporalUiUrl && { TEMPORAL_UI_URL: temporalUiUrl }),
    ...(options.redisUrl && { REDIS_URL: options.redisUrl }),
    ...(options.canaryTo && { CANARY_TO: options.canaryTo, CANARY_API_KEY: workspaces.at(-1)?.apiKey ?? '' }),
    ...(simulatorUrl
      ? { TWILIO_API_BASE_URL: simulatorUrl, TELNYX_API_BASE_URL: simulatorUrl, GATEWAY_HOSTS: 'any' }
      : options.twilio?.apiBaseUrl && { TWILIO_API_BASE_URL: options.twilio.apiBaseUrl }),
    ...options.env,
  };
  const processes = new Map<string, SupervisedChild<{ port?: number }>>();
  const layouts = options.processes ?? defaultProcesses;
  const metricsUrls = new Map<string, string>();
  const metricsPorts = new Map<string, number>();
  for (const { name, roles } of layouts) {
    // A server shows its own; the others have a port for that alone. Beside an HTTP port that was asked for: whoever starts
    // two at once gives each its own.
    if (!roles.split(',').includes('server')) {
      const before = Math.max(options.port ?? usualMetricsPort - 1, ...metricsPorts.values());
      metricsPorts.set(name, await freePort(options.anyPorts ? undefined : before + 1));
    }
    metricsUrls.set(name, `http://127.0.0.1:${metricsPorts.get(name) ?? ports.http}/metrics`);
  }
  const results = await Promise.allSettled(
    layouts.map(async ({ name, roles, env: own, file = compiled('main/run.js') }, rank) => {
      const metricsPort = metricsPorts.get(name);
      const child = await steps.run(
        `process ${name}`,
        () =>
          startChild<{ port?: number }>({
            name,
            file,
            preload: compiled('workers/leanWorkflowThreads.js'),
            env: { ...env, ...(metricsPort !== undefined && { METRICS_PORT: String(metricsPort) }), ...own, ROLES: roles },
            logFile: log(name),
            say,
          }),
        () => `(${roles})`,
      );
      started.push({ rank, stop: child.stop });
      processes.set(name, child);
    }),
  );
  for (const result of results) valueOf(result);
  const servicePids: Stack['servicePids'] = {
    get postgres() {
      return services.postgres?.pid;
    },
    get temporal() {
      return services.temporal?.pid;
    },
    get simulator() {
      return services.simulator?.pid();
    },
  };
  return {
    url,
    databaseUrl,
    keysDatabaseUrl,
    temporalAddress,
    temporalNamespace: namespace,
    temporalUiUrl,
    simulatorUrl,
    encryptionKey,
    codecToken,
    workspaces,
    archiveDirectory,
    signInUrl: signInToken && `${env.PUBLIC_BASE_URL}/#sign-in=${signInToken}`,
    processes,
    metricsUrls,
    servicePids,
    stop,
  };
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

type Ports = Record<keyof typeof usualPorts, number>;

/** The ports of last time, the usual ones, or the next free; only an HTTP port that was asked for must be had. */
async function choosePorts(options: StackOptions, data: DataDirectory, steps: Steps): Promise<Ports> {
  const chosen: Ports = { ...usualPorts };
  if (options.port !== undefined) {
    await assertFree(options.port, 'the API and the inbox');
    chosen.http = options.port;
  }
  for (const name of Object.keys(usualPorts) as (keyof Ports)[]) {
    if (name === 'http' && options.port !== undefined) continue;
    if (options.anyPorts) {
      chosen[name] = await freePort();
      continue;
    }
    // The page's port is not remembered: an unusual one was asked for once, or only the next free.
    const wanted = (name === 'http' ? undefined : data.settings.ports[name]) ?? usualPorts[name];
    chosen[name] = await freePort(wanted);
    if (chosen[name] !== wanted)
      steps.say(`port ${wanted} (${name}) is taken by ${ownerOfPort(wanted) ?? 'another program'}: using ${chosen[name]}`);
  }
  data.settings.ports = chosen;
  data.save();
  return chosen;
}

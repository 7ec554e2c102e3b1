import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type Cable, layCable } from '../local/cable.js';
import { type EmbeddedPostgres, ensureDatabase, startEmbeddedPostgres } from '../local/embeddedPostgres.js';
import { freePort } from '../local/ports.js';
import { hasRedis, type RedisServer, startRedis } from '../local/redisServer.js';
import { nodeOptions, type Stack, startStack } from '../local/stack.js';
import type { Steps } from '../local/steps.js';
import { startTemporalDevServer, type TemporalDevServer } from '../local/temporalDevServer.js';
import { withStops } from '../local/withStops.js';
import { projectRoot } from '../platform/projectRoot.js';
import { type Disk, mountDisk } from './disk.js';
import type { MutationName } from './mutations.js';
import { Points } from './points.js';

/** The product and all it stands on, each part a process that may be killed, and the ways between them, which may be cut. */
export interface Site {
  directory: string;
  stack: Stack;
  postgres: EmbeddedPostgres;
  temporal: TemporalDevServer;
  redis: RedisServer | undefined;
  /** Where the data of Postgres lie, when they lie on a disk that can be filled. */
  disk: Disk | undefined;
  ways: { temporal: Cable; redis: Cable; provider: Cable };
  points: Points;
  /** Of the servers. */
  urls: string[];
  /** Of processes, as the launcher has them. */
  names: { all: string[]; servers: string[]; maintenance: string };
  /** A statement as the owner, who sees everything; tried again while the database is away. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** A session of its own, as the owner. */
  session(): Promise<pg.Client>;
  /** Answers how many partitions it dropped. */
  dropWeeksAhead(): Promise<number>;
  control<Answer = unknown>(method: string, path: string, body?: object): Promise<Answer>;
}

export interface SiteOptions {
  seed: number;
  workspaces: number;
  /** Postgres gets a disk of its own where that can be had. */
  smallDisk: boolean;
  mutation: MutationName | undefined;
  keep: boolean;
  steps: Steps;
}

const applicationDatabase = 'postrider';
const namespace = 'chaos';
const sqlWithinMs = 60_000;
const compiledBesides = path.join(projectRoot, 'chaos');

/**
 * A tenth of what they are in production, so that minutes show what takes hours there: the looks of reconcile, how long the
 * provider may hold a request, and how long an answer is waited for.
 */
const quickened = { RECONCILE_DELAYS_S: '1,3,12', PROVIDER_HOLD_S: '3', PROVIDER_RESPONSE_TIMEOUT_MS: '3000' };

/** Opens a site, works with it and stops it again, also where the work fails or is interrupted. */
export function withSite<T>(options: SiteOptions, work: (site: Site) => Promise<T>): Promise<T> {
  return withStops(options.steps, (stops) => openSite(options, stops), work);
}

async function openSite({ seed, workspaces, smallDisk, mutation, keep, steps }: SiteOptions, stops: (() => unknown)[]): Promise<Site> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-chaos-'));
  // Postgres may run as another user and has to come in.
  chmodSync(directory, 0o755);
  stops.push(() => {
    if (keep) steps.say(`data and logs are in ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  });
  const say = (text: string) => steps.say(text);
  const disk = smallDisk ? mountDisk(path.join(directory, 'disk')) : undefined;
  if (disk) stops.push(() => disk.unmount());
  const port = await freePort();
  const postgresAt = path.join(disk?.directory ?? directory, 'postgres');
  const postgres = await steps.run('Postgres', () =>
    startEmbeddedPostgres({
      directory: postgresAt,
      port,
      logFile: path.join(directory, 'postgres.log'),
      // So that a disk of its own may be small.
      settings: { max_wal_size: '128MB', shared_buffers: '128MB' },
      say,
    }),
  );
  stops.push(() => postgres.stop());
  const temporalPort = await freePort();
  const uiPort = await freePort(temporalPort + 1);
  const temporal = await steps.run('Temporal', () =>
    startTemporalDevServer({
      directory: path.join(directory, 'temporal'),
      port: temporalPort,
      uiPort,
      namespace,
      logFile: path.join(directory, 'temporal.log'),
      say,
    }),
  );
  stops.push(() => temporal.stop());
  const redis = hasRedis ? await startRedis() : undefined;
  if (redis) stops.push(() => redis.kill());
  else steps.say('without a redis-server on this machine the faults of Redis are not possible');
  const ways = { temporal: await layCable(`tcp://${temporal.address}`), redis: await layCable(redis?.url), provider: await layCable() };
  stops.push(() => Promise.all(Object.values(ways).map((way) => way.close())));
  const points = new Points(path.join(directory, 'points'));
  const databaseUrl = await ensureDatabase(postgres.url, applicationDatabase);
  const secondPort = await freePort();
  const layouts = layoutsOf(secondPort, { ways, redis, points, mutation });
  const stack = await startStack({
    dataDirectory: path.join(directory, 'data'),
    databaseUrl,
    temporalAddress: temporal.address,
    temporalNamespace: namespace,
    ...(redis && { redisUrl: redis.url }),
    simulatorArgs: ['--callbacks', 'sent:150,delivered:400', '--callback-retries', '20', '--seed', String(seed)],
    workspaces,
    anyPorts: true,
    steps,
    processes: layouts,
    env: {
      LOG_LEVEL: 'info',
      TWILIO_API_BASE_URL: ways.provider.url,
      REQUESTS_PER_KEY_PER_MINUTE: '1000000',
      CHAOS_POINTS: points.directory,
      ...quickened,
    },
  });
  stops.push(() => stack.stop());
  ways.provider.leadTo(stack.simulatorUrl as string);

  const session = async () => {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const sql = <Row extends object>(text: string, values: unknown[] = []) => untilThere(() => inSession<Row>(session, text, values));
  return {
    directory,
    stack,
    postgres,
    temporal,
    redis,
    disk,
    ways,
    points,
    urls: [stack.url, `http://127.0.0.1:${secondPort}`],
    names: { all: layouts.map(({ name }) => name), servers: ['front-1', 'front-2'], maintenance: 'back-1' },
    sql,
    session,
    dropWeeksAhead: async () => {
      const weeks = await sql<{ name: string }>(
        `select relid::regclass::text as name from unnest(array['message', 'message_event', 'send_attempt', 'callback_receipt']) as parent,
           pg_partition_tree(parent::regclass) where level = 1 and relid::regclass::text > 'partitions.' || parent || '_' || to_char(now() + interval '7 days', 'IYYY"w"IW')`,
      );
      let dropped = 0;
      // One that is in use just now stays.
      for (const { name } of weeks)
        dropped += await inSession(session, `set lock_timeout = '1s'; drop table ${name}`, []).then(
          () => 1,
          () => 0,
        );
      return dropped;
    },
    control: async <Answer>(method: string, target: string, body?: object) => {
      const response = await fetch(`${stack.simulatorUrl}/_control${target}`, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as Answer;
      if (!response.ok) throw new Error(`the simulator answered ${response.status} to ${method} ${target}: ${JSON.stringify(answer)}`);
      return answer;
    },
  };
}

/** Two of everything, as production has: two servers that also send, two workers. One of them reaches Temporal, another Redis, by a way that can be cut. */
function layoutsOf(
  secondPort: number,
  { ways, redis, points, mutation }: Pick<Site, 'ways' | 'redis' | 'points'> & Pick<SiteOptions, 'mutation'>,
) {
  const loaded = ['faultPoints.cjs', ...(mutation ? [`mutations/${mutation}.cjs`] : [])];
  const NODE_OPTIONS = [nodeOptions, ...loaded.map((file) => `--require ${path.join(compiledBesides, file)}`)].join(' ');
  const one = (name: string, roles: string, env: Record<string, string> = {}) => ({
    name,
    roles,
    env: { NODE_OPTIONS, CHAOS_PROCESS: name, CHAOS_POINTS: points.directory, ...env },
  });
  const redisByWay: Record<string, string> = redis ? { REDIS_URL: ways.redis.url.replace('http:', 'redis:') } : {};
  return [
    one('front-1', 'server,messages,sends'),
    one('front-2', 'server,messages,sends', { PORT: String(secondPort), ...redisByWay }),
    one('back-1', 'messages,sends,limiter,maintenance,webhooks'),
    one('back-2', 'messages,sends,limiter,maintenance,webhooks', { TEMPORAL_ADDRESS: ways.temporal.address }),
  ];
}

async function inSession<Row extends object>(session: () => Promise<pg.Client>, text: string, values: unknown[]): Promise<Row[]> {
  const client = await session();
  try {
    return (await client.query<Row>(text, values.length > 0 ? values : undefined)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function untilThere<T>(ask: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + sqlWithinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      // What is wrong with the statement itself stays wrong.
      if (Date.now() > giveUpAt || (error instanceof pg.DatabaseError && /^(22|23|42)/.test(error.code ?? ''))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

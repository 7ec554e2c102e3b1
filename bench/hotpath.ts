/**
 * Profile `hotpath`: whole lives of messages through the real processes, against the floor on the same server in the
 * same run, because absolute figures drift with the machine; then a nominal load, open loop.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { leaseTokensMax } from '../domain/limits.js';
import { Canaries } from '../load/canaries.js';
import { type Percentiles, percentiles } from '../load/percentiles.js';
import { SimulatorLedger } from '../load/simulatorLedger.js';
import { CpuMeter, type CpuTimes } from './cpuMeter.js';
import type { LoadResult, LoadRun, LoadWorkspace } from './loadGenerator.js';
import { describeMachine, type Machine } from './machine.js';
import { loadLookUps, openSite, type Site, type SiteOptions } from './site.js';

export interface HotpathOptions extends Pick<SiteOptions, 'env' | 'keep' | 'steps'> {
  quick: boolean;
  /** Lives in the closed loop; by the size of the run where not given. */
  messages: number | undefined;
}

/** One load as it was measured. */
export interface Measured {
  messages: number;
  seconds: number;
  perSecond: number;
  /** CPU ms a message, by process. */
  cpuMsPerMessage: CpuTimes;
  /** CPU of all processes, the load generator and the simulator included, in cores. */
  coresUsed: number;
  /** From the client's request to its 202. */
  acceptMs: Percentiles;
  /** From the 202 to the request's arrival at the provider, and the same from the client's request on. */
  acceptToProviderMs: Percentiles;
  requestToProviderMs: Percentiles;
  limiterQuestionsPerMessage: number;
  refused: string[];
  /** Accepted, and not ended within a minute: not counted in `perSecond`. */
  unfinished: number;
}

export interface HotpathResult {
  machine: Machine;
  inFlight: number;
  floor: { perSecond: number; before: number; after: number; cpuMsPerLife: CpuTimes };
  /** The floor on lean workflow threads (docs/adr/0006), which the product has; measured in full runs only. */
  leanFloorPerSecond: number | null;
  /** Lives a second of the product to those of the floor. */
  ratioToFloor: number;
  /** The floor's CPU a life to the product's, without simulator and load: steadier where others use the machine. */
  cpuRatioToFloor: number;
  closedLoop: Measured;
  nominal: Measured & { ratePerSecond: number };
}

const seeded = 1_000;
const inFlight = 150;
const nominalPerSecond = 28;
const warmUpPerSecondMax = 100;
/** Work that a load leaves behind (closes, visibility) still counts for it. */
const tailMs = 1_500;

// In quick runs fewer workspaces are warmed and used, so that limiters and leases are in their steady state all the same.
const sizes = {
  full: { workspaces: seeded, messages: 3_000, floorLives: 1_500, nominalS: 60 },
  quick: { workspaces: 60, messages: 700, floorLives: 400, nominalS: 15 },
};

export async function runHotpath({ quick, messages, env, keep, steps }: HotpathOptions): Promise<HotpathResult> {
  const size = quick ? sizes.quick : sizes.full;
  const site = await openSite({ workspaces: seeded, env, keep, steps });
  const interrupt = () => void site.stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    const used = site.stack.workspaces.slice(0, size.workspaces);
    const machine = await describeMachine(site.postgresUrl, site.cluster.address);
    const warmUp = warmUpPicks(used);
    await steps.run(`warm-up, ${warmUp.length} messages`, () => measure(site, { workspaces: warmUp, inFlight: warmUpPerSecondMax }));
    await site.floor.ask({ lives: inFlight, inFlight });

    const before = await steps.run('floor', () => measureFloor(site, size.floorLives), describeRate);
    const closedLoop = await steps.run(
      'closed loop',
      () => measure(site, { workspaces: spread(used, messages ?? size.messages), inFlight }),
      describeRate,
    );
    const after = await steps.run('floor again', () => measureFloor(site, size.floorLives), describeRate);
    const lean = quick ? null : await steps.run('lean floor', () => measureLeanFloor(site, size.floorLives), describeRate);
    const nominalLoad = { workspaces: spread(used, nominalPerSecond * size.nominalS), ratePerSecond: nominalPerSecond };
    const nominal = await steps.run(
      `${nominalPerSecond} messages/s`,
      () => measure(site, nominalLoad),
      ({ coresUsed }) => `${coresUsed} cores`,
    );

    const perSecond = (before.perSecond + after.perSecond) / 2;
    const cpuMsPerLife = Object.fromEntries(
      Object.keys(before.cpu).map((name) => [name, round(((before.cpu[name] ?? 0) + (after.cpu[name] ?? 0)) / 2)]),
    );
    return {
      machine,
      inFlight,
      floor: { perSecond: round(perSecond), before: before.perSecond, after: after.perSecond, cpuMsPerLife },
      leanFloorPerSecond: lean?.perSecond ?? null,
      ratioToFloor: round(closedLoop.perSecond / perSecond),
      cpuRatioToFloor: round(ownCpu(cpuMsPerLife) / ownCpu(closedLoop.cpuMsPerMessage)),
      closedLoop,
      nominal: { ...nominal, ratePerSecond: nominalPerSecond },
    };
  } finally {
    await site.stop();
  }
}

const round = (value: number) => Math.round(value * 100) / 100;

/** The provider's and the client's CPU is not the product's. */
const ownCpu = ({ total = 0, simulator = 0, load = 0, [loadLookUps]: lookUps = 0 }: CpuTimes) => total - simulator - load - lookUps;

const describeRate = ({ perSecond }: { perSecond: number }) => `${perSecond}/s`;
const spread = (workspaces: LoadWorkspace[], count: number) =>
  Array.from({ length: count }, (_, n) => workspaces[n % workspaces.length] as LoadWorkspace);

/**
 * One message a workspace, which makes its limiter, and then up to a whole lease more, another number for each, so that
 * leases do not run out all at once: in every measured moment one message in eleven asks the limiter.
 */
function warmUpPicks(workspaces: LoadWorkspace[]): LoadWorkspace[] {
  const cycle = leaseTokensMax + 1;
  return Array.from({ length: cycle }, (_, round) => workspaces.filter((_workspace, index) => index % cycle >= round)).flat();
}

async function measureFloor(site: Site, lives: number): Promise<{ perSecond: number; cpu: CpuTimes }> {
  const meter = new CpuMeter(site.metered);
  meter.start();
  const { seconds } = await site.floor.ask({ lives, inFlight });
  await delay(tailMs);
  return { perSecond: round(lives / seconds), cpu: perMessage(meter.stop(), lives) };
}

async function measure(site: Site, load: Omit<LoadRun, 'run'>): Promise<Measured> {
  const canaries = new Canaries();
  const ledger = new SimulatorLedger(site.stack.simulatorUrl as string);
  const { entries: since } = await ledger.position();
  const eventsBefore = await limiterEvents(site);
  const meter = new CpuMeter(site.metered);
  meter.start();
  const startedAt = performance.now();
  const result = await site.load.ask({ ...load, run: canaries.run });
  await delay(tailMs);
  const cpu = meter.stop();
  const wallMs = performance.now() - startedAt;

  const count = load.workspaces.length;
  const lives = result.lives.filter(Boolean);
  const arrivedAt = new Map(
    (await ledger.entriesAfter(since)).map(({ body, requestReceivedAtMs }) => [canaries.numberIn(body), requestReceivedAtMs]),
  );
  const toProvider = (from: (life: LoadResult['lives'][number]) => number) =>
    percentiles(
      result.lives.flatMap((life, n) => (life && arrivedAt.has(n) ? [Math.max(0, (arrivedAt.get(n) as number) - from(life))] : [])),
    );
  return {
    messages: count,
    seconds: round(result.seconds),
    perSecond: round(lives.length / result.seconds),
    cpuMsPerMessage: perMessage(cpu, count),
    coresUsed: round(Object.values(cpu).reduce((sum, ms) => sum + ms, 0) / wallMs),
    acceptMs: percentiles(lives.map((life) => life.acknowledgedAtMs - life.requestedAtMs)),
    acceptToProviderMs: toProvider((life) => life.acknowledgedAtMs),
    requestToProviderMs: toProvider((life) => life.requestedAtMs),
    limiterQuestionsPerMessage: round(((await limiterEvents(site)) - eventsBefore) / eventsPerQuestion / count),
    refused: result.refused,
    unfinished: result.unfinished,
  };
}

async function measureLeanFloor(site: Site, lives: number): Promise<{ perSecond: number }> {
  const helper = await site.startLeanFloor();
  await helper.ask({ lives: inFlight, inFlight });
  const { seconds } = await helper.ask({ lives, inFlight });
  await helper.stop();
  return { perSecond: round(lives / seconds) };
}

/** By process, and their sum. */
function perMessage(cpu: CpuTimes, count: number): CpuTimes {
  const total = Object.values(cpu).reduce((sum, ms) => sum + ms, 0);
  return Object.fromEntries(Object.entries({ ...cpu, total }).map(([name, ms]) => [name, round(ms / count)]));
}

/** An Update: a workflow task's three events, accepted, completed. */
const eventsPerQuestion = 5;

/** Length of all limiters' histories together, from Temporal's own table: the only count that needs nothing of the product. */
async function limiterEvents({ postgresUrl, cluster }: Site): Promise<number> {
  const url = new URL(postgresUrl);
  url.pathname = `/${cluster.databases.history}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows } = await client.query<{ events: string | null }>(
      `select sum(next_event_id) as events from executions where workflow_id like 'ratelimiter/%'`,
    );
    return Number(rows[0]?.events ?? 0);
  } finally {
    await client.end();
  }
}

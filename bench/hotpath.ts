/**
 * Profile `hotpath`: whole lives of messages through the real processes, against the floor on the same server in the
 * same run, because absolute figures drift with the machine; then a nominal load, open loop.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { arrivals } from '../load/arrivals.js';
import { CpuMeter, type CpuTimes } from './cpuMeter.js';
import type { Machine } from './machine.js';
import { figuresOf, type Measured, measure, ownCpu, perMessage, round, spread } from './measure.js';
import { nominalPerSecond } from './nominal.js';
import type { BenchOptions } from './outcome.js';
import { type Floor, type Site, withSite } from './site.js';
import { warmUp } from './warmUp.js';

export interface HotpathResult {
  machine: Machine;
  inFlight: number;
  floor: FloorMeasured;
  /** The floor on lean workflow threads (docs/adr/0006), which the product has; measured in full runs only. */
  leanFloorPerSecond: number | null;
  /** Lives a second of the product to those of the floor. */
  ratioToFloor: number;
  /** The floor's CPU a life to the product's, without simulator and load: steadier where others use the machine. */
  cpuRatioToFloor: number;
  closedLoop: Measured;
  nominal: Measured & { ratePerSecond: number };
}

export interface FloorMeasured {
  perSecond: number;
  /** Measured before and after what is compared with it. */
  before: number;
  after: number;
  cpuMsPerLife: CpuTimes;
}

const seeded = 1_000;
export const inFlight = 150;
/** Work that a load leaves behind (closes, visibility) still counts for it. */
const tailMs = 1_500;

// In quick runs fewer workspaces are warmed and used, so that limiters and leases are in their steady state all the same.
const sizes = {
  full: { workspaces: seeded, messages: 3_000, floorLives: 1_500, nominalS: 60 },
  quick: { workspaces: 60, messages: 700, floorLives: 400, nominalS: 15 },
};

export function runHotpath({ quick, messages, seconds, env, keep, steps }: BenchOptions): Promise<HotpathResult> {
  const size = quick ? sizes.quick : sizes.full;
  return withSite({ workspaces: seeded, env, keep, steps }, async (site) => {
    const used = site.workspaces.slice(0, size.workspaces);
    await steps.run(`warm-up of ${used.length} workspaces`, () => warmUp(site, used));
    const { floor, result: closedLoop } = await besideFloor(site, size.floorLives, steps, () =>
      steps.run('closed loop', () => measure(site, { messages: spread(used, messages ?? size.messages), inFlight }), describeRate),
    );
    const lean = quick ? null : await steps.run('lean floor', () => leanFloor(site, size.floorLives), describeRate);
    const dueMs = arrivals([{ perSecond: nominalPerSecond, seconds: seconds ?? size.nominalS }]);
    const nominal = await steps.run(
      `${nominalPerSecond} messages/s`,
      () => measure(site, { messages: spread(used, dueMs.length), dueMs }),
      ({ productCores }) => `${productCores} cores`,
    );
    return {
      machine: site.machine,
      inFlight,
      floor,
      leanFloorPerSecond: lean?.perSecond ?? null,
      ...ratiosToFloor(floor, closedLoop),
      closedLoop,
      nominal: { ...nominal, ratePerSecond: nominalPerSecond },
    };
  });
}

export const describeRate = ({ perSecond }: { perSecond: number }) => `${perSecond}/s`;

/** Lives a second of a load to those of the floor, and the floor's CPU to the load's. */
export function ratiosToFloor(
  { perSecond, cpuMsPerLife }: FloorMeasured,
  load: Measured,
): { ratioToFloor: number; cpuRatioToFloor: number } {
  return {
    ratioToFloor: round(load.perSecond / perSecond),
    cpuRatioToFloor: round(ownCpu(cpuMsPerLife) / ownCpu(load.cpuMsPerMessage)),
  };
}

/** Measures the floor before and after something else on the same site. */
export async function besideFloor<T>(
  site: Site,
  lives: number,
  steps: BenchOptions['steps'],
  work: () => Promise<T>,
): Promise<{ floor: FloorMeasured; result: T }> {
  const helper = await steps.run('floor starts', () => site.startFloor());
  await helper.ask({ lives: inFlight, inFlight });
  const before = await steps.run('floor', () => measureFloor(site, helper, lives), describeRate);
  const result = await work();
  const after = await steps.run('floor again', () => measureFloor(site, helper, lives), describeRate);
  const mean = (name: string) => round(((before.cpu[name] ?? 0) + (after.cpu[name] ?? 0)) / 2);
  return {
    result,
    floor: {
      perSecond: round((before.perSecond + after.perSecond) / 2),
      before: before.perSecond,
      after: after.perSecond,
      cpuMsPerLife: Object.fromEntries(Object.keys(before.cpu).map((name) => [name, mean(name)])),
    },
  };
}

async function measureFloor(site: Site, floor: Floor, lives: number): Promise<{ perSecond: number; cpu: CpuTimes }> {
  const meter = new CpuMeter(site.metered);
  meter.start();
  const { seconds } = await floor.ask({ lives, inFlight });
  await delay(tailMs);
  return { perSecond: round(lives / seconds), cpu: perMessage(meter.stop(), lives) };
}

async function leanFloor(site: Site, lives: number): Promise<{ perSecond: number }> {
  const helper = await site.startFloor('lean');
  await helper.ask({ lives: inFlight, inFlight });
  const { seconds } = await helper.ask({ lives, inFlight });
  return { perSecond: round(lives / seconds) };
}

/** The one line of `--json`. */
export function hotpathLine({ closedLoop, nominal, floor, inFlight: _inFlight, machine: _machine, ...ratios }: HotpathResult): object {
  const { perSecond, ...rest } = figuresOf(closedLoop);
  return {
    messagesPerSecond: perSecond,
    floorPerSecond: floor.perSecond,
    ...ratios,
    ...rest,
    floor,
    nominal: { ...figuresOf(nominal), ratePerSecond: nominal.ratePerSecond },
  };
}

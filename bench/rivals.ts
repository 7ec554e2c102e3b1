/**
 * Profile `rivals`: the same job done otherwise, on the same machine in the same run: by a limiter made of signals, and by BullMQ
 * with Redis and Postgres. What a life costs in each, and what each loses and doubles when its sender is killed.
 */

import { hasRedis } from '../local/redisServer.js';
import { stackedBars } from './charts.js';
import { besideFloor, describeRate, type FloorMeasured, inFlight, ratiosToFloor } from './hotpath.js';
import { figuresOf, type Measured, measure, spread, type Tally } from './measure.js';
import { type BenchOptions, type Outcome, outcomeOf } from './outcome.js';
import { times } from './report.js';
import { type RivalName, startRival } from './rivals/rivalTarget.js';
import { type Site, withSite } from './site.js';
import type { Target } from './target.js';
import { warmUp } from './warmUp.js';

/** What a system came to. */
interface Contender {
  name: string;
  load: Measured;
  killed: Tally & { seconds: number };
}

const sizes = {
  full: { workspaces: 100, messages: 2_000, floorLives: 1_000, killedMessages: 600 },
  quick: { workspaces: 60, messages: 400, floorLives: 300, killedMessages: 250 },
};
/** The provider takes so long in the runs in which the sender is killed, so that some requests are under way at each moment. */
const providerDelayMs = 500;
const killAfterMs = 3_000;
/** BullMQ finds out after 30 s that a job's worker is gone, Temporal after the minute that an activity may take. */
const killedPatienceMs = 180_000;

const titles: Record<RivalName, string> = { semaphore: 'semaphore of signals', bullmq: 'BullMQ' };

export function runRivals(options: BenchOptions): Promise<Outcome> {
  const { quick, steps, env, keep } = options;
  const size = quick ? sizes.quick : sizes.full;
  return withSite({ workspaces: size.workspaces, env, keep, steps }, async (site) => {
    const { workspaces } = site;
    const load = { messages: spread(workspaces, options.messages ?? size.messages), inFlight };
    const contend = async (name: string, target: Target, sender: () => number | undefined): Promise<Contender> => {
      const measured = await steps.run(`${name}: closed loop`, () => measure(target, load), describeRate);
      const killed = await steps.run(`${name}: its sender is killed`, () => kill(target, sender, size.killedMessages), describeTally);
      return { name, load: measured, killed };
    };
    const { floor, result: contenders } = await besideFloor(site, size.floorLives, steps, async () => {
      await steps.run(`warm-up of ${workspaces.length} workspaces`, () => warmUp(site, workspaces));
      const found = [await contend('Postrider', site, () => site.stack.processes.get('front')?.pid())];
      for (const name of rivalsHere(steps))
        found.push(await withRival(site, name, (target, sender) => contend(titles[name], target, sender)));
      return found;
    });
    const line = {
      floor,
      contenders: contenders.map(({ name, load, killed }) => ({ name, ...ratiosToFloor(floor, load), ...figuresOf(load), killed })),
    };
    return outcomeOf(
      reportOf(site, floor, contenders),
      line,
      contenders.flatMap(({ load: { faults } }) => faults),
    );
  });
}

function rivalsHere(steps: BenchOptions['steps']): RivalName[] {
  if (hasRedis) return ['semaphore', 'bullmq'];
  steps.say('BullMQ is left out: there is no redis-server on this machine');
  return ['semaphore'];
}

async function withRival<T>(
  site: Site,
  name: RivalName,
  work: (target: Target, sender: () => number | undefined) => Promise<T>,
): Promise<T> {
  const rival = await startRival(site, name);
  try {
    // Its limiters, connections and code are warm, as the product's are.
    await measure(rival, { messages: spread(site.workspaces, site.workspaces.length), inFlight });
    return await work(rival, rival.sender);
  } finally {
    await rival.stop();
  }
}

/** The same load at a slow provider; the process that sends dies in the middle of it and is started again. */
async function kill(target: Target, sender: () => number | undefined, count: number): Promise<Contender['killed']> {
  const rules = `${target.simulatorUrl}/_control/rules`;
  const headers = { 'content-type': 'application/json' };
  await fetch(rules, { method: 'POST', headers, body: JSON.stringify({ match: {}, action: { delayMs: providerDelayMs }, times: 1_000 }) });
  const timer = setTimeout(() => process.kill(sender() as number, 'SIGKILL'), killAfterMs);
  try {
    const load = { messages: spread(target.workspaces, count), inFlight, lifeMaxMs: killedPatienceMs };
    const { tally, seconds } = await measure(target, load, { mayRefuse: true });
    return { ...tally, seconds };
  } finally {
    clearTimeout(timer);
    await fetch(rules, { method: 'DELETE' });
  }
}

const describeTally = ({ lost, doubled, unfinished }: Tally) => `${lost} lost, ${doubled} doubled, ${unfinished} not ended`;

function reportOf({ machine }: Site, floor: FloorMeasured, contenders: Contender[]) {
  const row = (name: string, ofFloor: string, of: (one: Contender) => string) => [name, ofFloor, ...contenders.map(of)];
  const names = [...new Set([...Object.keys(floor.cpuMsPerLife), ...contenders.flatMap(({ load }) => Object.keys(load.cpuMsPerMessage))])];
  return {
    profile: 'rivals',
    title: 'The same job done otherwise',
    machine,
    text: [
      'Each takes a message over HTTP, stores a row in Postgres, keeps to a limit of its workspace, sends it to the simulator and takes the callbacks. The rivals do no more than that: nothing is encrypted, signed, checked or shown live. The semaphore bounds how many are under way, not how many leave a second.',
      `Then the same at a provider that takes ${providerDelayMs} ms, and the process that sends is killed after ${killAfterMs / 1_000} s and started again. Lost: accepted, never at the provider, and not ended with a reason. Doubled: at the provider more than once. Not ended: within ${killedPatienceMs / 1_000} s.`,
    ],
    tables: [
      {
        head: ['', 'the floor', ...contenders.map(({ name }) => name)],
        rows: [
          row('lives/s', `${floor.perSecond} (${floor.before}, ${floor.after})`, ({ load }) => String(load.perSecond)),
          row('ratio to the floor', '1', ({ load }) => String(ratiosToFloor(floor, load).ratioToFloor)),
          row('the same by CPU', '1', ({ load }) => String(ratiosToFloor(floor, load).cpuRatioToFloor)),
          row('accept p50 / p95 / p99', '', ({ load }) => times(load.acceptMs)),
          row('accept → provider', '', ({ load }) => times(load.acceptToProviderMs)),
          ...names.map((name) =>
            row(`CPU ms a life: ${name}`, String(floor.cpuMsPerLife[name] ?? 0), ({ load }) => String(load.cpuMsPerMessage[name] ?? 0)),
          ),
          row('sender killed: messages, accepted', '', ({ killed }) => `${killed.messages}, ${killed.accepted}`),
          row('delivered; ended otherwise; not ended', '', ({ killed }) => `${killed.delivered}; ${killed.failed}; ${killed.unfinished}`),
          row('lost; doubled', '', ({ killed }) => `${killed.lost}; ${killed.doubled}`),
          row('until the last was done, s', '', ({ killed }) => String(killed.seconds)),
        ],
      },
    ],
    charts: [
      stackedBars('CPU milliseconds a life, by process', 'ms', [
        ...contenders.map(({ name, load }): [string, Record<string, number>] => [name, load.cpuMsPerMessage]),
        ['the floor', floor.cpuMsPerLife],
      ]),
    ],
  };
}

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CpuMeter, type CpuTimes } from '../../bench/cpuMeter.js';
import { describeMachine, machineLine } from '../../bench/machine.js';
import { rateDefaultPerSecond } from '../../domain/limits.js';
import { percentiles } from '../../load/percentiles.js';
import { defaultProcesses } from '../../local/stack.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { acceptFlood, acceptToProviderMs, bulkBefore, callOff } from '../support/flood.js';
import { type System, startSystem } from '../support/system.js';

const count = 5_000;
const asks = 20;
/** Messages of the neighbour in each phase, and how far apart; its own rate would allow twice as many. */
const samples = 150;
const sampleEveryMs = 200;
const slowerMax = 1.2;
const command = 'npm run test:scale -- --testPathPatterns tests/paths/priorities';

interface Phase {
  name: string;
  ms: number[];
  cpu: CpuTimes;
  seconds: number;
}

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2, processes: defaultProcesses });
}, 120_000);
afterAll(() => system.stop(), 60_000);

async function phase(name: string, neighbour: DemoWorkspace): Promise<Phase> {
  const pids = Object.fromEntries([...system.processes].map(([process, child]) => [process, child.pid]));
  const meter = new CpuMeter({ pids, postgresPid: undefined, databaseNames: {}, backendNames: {} });
  const startedAt = performance.now();
  meter.start();
  const ms = await acceptToProviderMs(system, neighbour, name, samples, sampleEveryMs);
  return { name, ms, cpu: meter.stop(), seconds: (performance.now() - startedAt) / 1_000 };
}

it(`${count} bulk messages of one workspace: a high one leaves in the next free slot, and a neighbour is not slowed while they wait`, async () => {
  const [flooded, neighbour] = system.workspaces as [DemoWorkspace, DemoWorkspace];
  await phase('warming up', neighbour);
  const phases = [await phase('quiet, before', neighbour)];
  // Slowly at first: on a slow machine more than half of it has left otherwise before the last of it is accepted.
  const limit = (ratePerSecond: number) => system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond }, as: flooded });
  expect((await limit(1)).status).toBe(200);
  const accepting = acceptFlood(system, flooded, count);
  phases.push(await phase('while the flood is accepted', neighbour));
  const ids = await accepting;
  expect((await limit(rateDefaultPerSecond)).status).toBe(200);
  phases.push(await phase('while the flood waits', neighbour));
  const places: number[] = [];
  for (let index = 0; index < asks; index++) places.push(await bulkBefore(system, flooded, `urgent ${index}.`));
  expect((await system.ledger('flood ')).length).toBeLessThan(count / 2);
  phases.push(await phase('while the flood waits, again', neighbour));
  await callOff(system, flooded, ids);
  phases.push(await phase('quiet, after', neighbour));

  const reports = path.join(__dirname, '../../docs/reports');
  mkdirSync(reports, { recursive: true });
  const machine = machineLine(await describeMachine(system.databaseUrl, system.temporalAddress));
  writeFileSync(path.join(reports, 'priorities.md'), report(machine, phases, places));

  for (const place of places) expect(place).toBeLessThanOrEqual(2 * rateDefaultPerSecond);
  const p95s = (word: string) => phases.flatMap(({ name, ms }) => (name.startsWith(word) ? (percentiles(ms).p95 ?? Number.NaN) : []));
  // By the quieter of the quiet phases: a disturbance from outside must not excuse the flood.
  for (const p95 of p95s('while the flood waits')) expect(p95).toBeLessThanOrEqual(slowerMax * Math.min(...p95s('quiet')));
}, 1_800_000);

function report(machine: string, phases: Phase[], places: number[]): string {
  const processes = Object.keys(phases[0]?.cpu ?? {});
  const rows = phases.map(({ name, ms, cpu, seconds }) => {
    const { p50, p95, p99, max } = percentiles(ms);
    const cores = processes.map((process) => ((cpu[process] ?? 0) / 1_000 / seconds).toFixed(2));
    return `| ${[name, p50, p95, p99, max, ...cores].join(' | ')} |`;
  });
  return `# ${count} bulk messages before a high one, and beside a neighbour

By \`${command}\`, on ${machine}; everything on one machine, the simulator and the test too.

One workspace has ${count} bulk messages accepted, at 1 message a second meanwhile and at the usual ${rateDefaultPerSecond} from then on. Between the acceptance of a high message and its request at the provider so many bulk messages left, of ${asks} high ones: ${places.join(', ')}. One second of bulk, ${rateDefaultPerSecond}, has its slots before it comes.

Meanwhile another workspace sends ${1_000 / sampleEveryMs} messages a second, ${samples} in each phase. Milliseconds from acceptance to the request at the provider; cores that the product's processes used.

| phase | p50 | p95 | p99 | max | ${processes.join(' | ')} |
|---|---|---|---|---|${processes.map(() => '---|').join('')}
${rows.join('\n')}
`;
}

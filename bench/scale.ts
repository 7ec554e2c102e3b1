/**
 * Profile `scale`: what a message costs as there is more of everything: workspaces, messages in the tables, open workflows. A
 * closed loop of the same size at each step; the slope says what the next of each adds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { lineChart } from './charts.js';
import { describeRate, inFlight } from './hotpath.js';
import type { LoadMessage } from './loadGenerator.js';
import { type Measured, measure, ownCpu, round, spread } from './measure.js';
import { fillWeeks } from './oldMessages.js';
import { type BenchOptions, type Outcome, outcomeOf } from './outcome.js';
import { type Table, times } from './report.js';
import { type Site, withSite } from './site.js';
import type { TargetWorkspace } from './target.js';
import { warmUp } from './warmUp.js';

const sizes = {
  full: { workspaces: [1, 10, 100, 1_000], rows: [0, 500_000, 5_000_000], open: [0, 10_000, 100_000], messages: 1_500 },
  quick: { workspaces: [1, 10, 100], rows: [0, 100_000], open: [0, 1_000], messages: 150 },
};
const weeks = 12;
/** The rows are of so many workspaces, and of so many conversations of each. */
const filledWorkspaces = 50;
const conversations = 100;
const acceptsInFlight = 64;
/** Scheduled for later than any run lasts; a message may be scheduled up to 35 days ahead. */
const openForMs = 20 * 24 * 60 * 60_000;
/** So high that it is the system which is measured and not the limit of the one workspace. */
const unlimited = { ratePerSecond: 1_000, burst: 10_000 };

const visibleWithinMs = 15_000;
const lookEveryMs = 500;

interface Step {
  /** How many there were of what grows. */
  count: number;
  perSecond: number;
  /** CPU ms of product, Temporal and Postgres. */
  cpuMsPerMessage: number;
  acceptToProviderMs: Measured['acceptToProviderMs'];
}

interface Growth {
  what: string;
  /** The slope is for so many more. */
  each: number;
  steps: Step[];
  /** CPU ms a message that `each` more of it add, by least squares; and the last step's cost to the first's. */
  slopeMs: number;
  growth: number;
}

export function runScale(options: BenchOptions): Promise<Outcome> {
  const { steps, quick } = options;
  const size = quick ? sizes.quick : sizes.full;
  const count = options.messages ?? size.messages;
  return withSite({ ...options, workspaces: Math.max(...size.workspaces) }, async (site) => {
    const faults: string[] = [];
    const step = async (what: string, used: TargetWorkspace[], there: number): Promise<Step> => {
      const measured = await steps.run(what, () => measure(site, { messages: spread(used, count), inFlight }), describeRate);
      faults.push(...measured.faults.map((fault) => `${what}: ${fault}`));
      const { perSecond, cpuMsPerMessage, acceptToProviderMs } = measured;
      return { count: there, perSecond, cpuMsPerMessage: round(ownCpu(cpuMsPerMessage)), acceptToProviderMs };
    };
    const [first] = site.workspaces as [TargetWorkspace];
    await liftLimits(site, first);
    const used = site.workspaces.slice(0, size.workspaces.at(-1));
    await steps.run(`warm-up of ${used.length} workspaces`, () => warmUp(site, used));

    const byWorkspaces: Step[] = [];
    for (const amount of size.workspaces) byWorkspaces.push(await step(`${amount} workspaces`, used.slice(0, amount), amount));
    const byRows: Step[] = [];
    let rows = 0;
    for (const amount of size.rows) {
      if (amount > rows) {
        const filled = site.workspaces.slice(0, filledWorkspaces);
        rows += await steps.run(`up to ${amount} messages in the tables`, () =>
          fillWeeks(site.databaseUrl, filled, amount - rows, { weeks, conversations }),
        );
      }
      byRows.push(await step(`${rows} messages in the tables`, used, rows));
    }
    const byOpen: Step[] = [];
    let open = 0;
    for (const amount of size.open) {
      if (amount > open) {
        open += await steps.run(`up to ${amount} open workflows`, () => openWorkflows(site, used, amount - open));
        faults.push(...(await missingOpen(site, open)));
      }
      byOpen.push(await step(`${open} open workflows`, used, open));
    }
    const growths = [
      growthOf('workspaces', 100, byWorkspaces),
      growthOf('messages in the tables', 1_000_000, byRows),
      growthOf('open workflows', 10_000, byOpen),
    ];
    const report = {
      profile: 'scale',
      title: 'How cost grows',
      machine: site.machine,
      text: [
        `${count} whole lives at each step, ${inFlight} in flight. The cost is the CPU of product, Temporal and Postgres; the slope is by least squares. Messages in the tables are of ${weeks} weeks, open workflows are scheduled messages.`,
      ],
      tables: growths.map(tableOf),
      charts: growths.map(({ what, steps: measured }) =>
        lineChart(
          `CPU ms a message by ${what}`,
          [what, 'ms'],
          [{ name: 'CPU ms a message', points: measured.map((one) => [one.count, one.cpuMsPerMessage]) }],
        ),
      ),
    };
    return outcomeOf(report, { messages: count, growths }, faults);
  });
}

function tableOf({ what, each, steps, slopeMs, growth }: Growth): Table {
  return {
    head: [what, 'CPU ms a message', 'lives/s', 'accept → provider p50 / p95 / p99'],
    rows: [
      ...steps.map(({ count, cpuMsPerMessage, perSecond, acceptToProviderMs }) => [
        String(count),
        String(cpuMsPerMessage),
        String(perSecond),
        times(acceptToProviderMs),
      ]),
      [`slope: each ${each} more`, `${slopeMs}`, '', ''],
      ['the last to the first', `× ${growth}`, '', ''],
    ],
  };
}

function growthOf(what: string, each: number, steps: Step[]): Growth {
  const costs = steps.map(({ count, cpuMsPerMessage }): [number, number] => [count, cpuMsPerMessage]);
  const growth = round((steps.at(-1)?.cpuMsPerMessage ?? 0) / (steps[0]?.cpuMsPerMessage ?? 1));
  return { what, each, steps, slopeMs: Math.round(slopeOf(costs) * each * 1_000) / 1_000, growth };
}

/** How much y rises with each more of x, by least squares. */
export function slopeOf(points: readonly [x: number, y: number][]): number {
  const mean = (of: (point: readonly [number, number]) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x0, y0] = [mean(([x]) => x), mean(([, y]) => y)];
  const spreadOfX = mean(([x]) => (x - x0) ** 2);
  return spreadOfX === 0 ? 0 : mean(([x, y]) => (x - x0) * (y - y0)) / spreadOfX;
}

async function liftLimits({ url }: Site, { apiKey }: TargetWorkspace): Promise<void> {
  const response = await fetch(`${url}/v1/workspace/limits`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(unlimited),
  });
  if (!response.ok) throw new Error(`the limits can't be lifted: ${response.status} ${await response.text()}`);
}

/** Messages that are scheduled, each a workflow that waits. */
async function openWorkflows(site: Site, workspaces: TargetWorkspace[], amount: number): Promise<number> {
  const sendAt = new Date(Date.now() + openForMs).toISOString();
  const messages = spread(workspaces, amount).map((message): LoadMessage => ({ ...message, sendAt }));
  const { tally, faults } = await measure(site, { messages, inFlight: acceptsInFlight, onlyAccept: true });
  if (faults.length > 0) throw new Error(`the open workflows could not be made: ${faults.join('; ')}`);
  return tally.accepted;
}

/** What is missing of the open workflows at Temporal, once its visibility store has had the time to hear of them. */
async function missingOpen({ cluster, namespace }: Site, wanted: number): Promise<string[]> {
  const connection = await Connection.connect({ address: cluster.address });
  try {
    let open = 0;
    for (let waitedMs = 0; waitedMs <= visibleWithinMs && open < wanted; waitedMs += lookEveryMs) {
      if (waitedMs > 0) await delay(lookEveryMs);
      const query = `WorkflowType = 'sendMessage' and ExecutionStatus = 'Running'`;
      open = Number((await connection.workflowService.countWorkflowExecutions({ namespace, query })).count);
    }
    return open < wanted ? [`${open} workflows are open at Temporal, not ${wanted}`] : [];
  } finally {
    await connection.close();
  }
}

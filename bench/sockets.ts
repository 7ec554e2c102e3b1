/** Profile `sockets`: thousands of sockets over as many workspaces as there are, and how soon they hear of what is stored. */
import { setTimeout as delay } from 'node:timers/promises';
import { arrivals } from '../load/arrivals.js';
import { percentiles } from '../load/percentiles.js';
import { openContactOf } from '../load/recipients.js';
import { lineChart } from './charts.js';
import type { LoadMessage } from './loadGenerator.js';
import { figuresOf, measure } from './measure.js';
import { timesToSocket } from './nominal.js';
import { type BenchOptions, type Outcome, outcomeOf } from './outcome.js';
import { processRows, type Table, times } from './report.js';
import { withSite } from './site.js';
import type { TargetWorkspace } from './target.js';
import { warmUp } from './warmUp.js';

const eventsPerSecond = 100;
/** With two callbacks a message is queued, accepted, sent and delivered. */
const callbacks = 'sent:20,delivered:50';
const eventsEach = 4;
const socketsEach = 5;
const sizes = { full: { workspaces: 1_000, seconds: 60 }, quick: { workspaces: 100, seconds: 15 } };
const hearMaxMs = 10_000;
const lookEveryMs = 250;

export function runSockets(options: BenchOptions): Promise<Outcome> {
  const { steps, quick } = options;
  const { workspaces, ...size } = quick ? sizes.quick : sizes.full;
  const seconds = options.seconds ?? size.seconds;
  return withSite({ ...options, workspaces, callbacks }, async (site) => {
    const conversations = await steps.run(`warm-up of ${workspaces} workspaces`, () => warmUp(site, site.workspaces));
    const sockets = await site.startSockets();
    const places = site.workspaces.map(({ id, apiKey }, place) => ({ id, apiKey, conversationIds: [conversations[place] as string] }));
    const wanted = workspaces * socketsEach;
    await steps.run(`${wanted} sockets`, () => sockets.ask({ places, each: socketsEach }));
    const dueMs = arrivals([{ perSecond: eventsPerSecond / eventsEach, seconds }]);
    const messages = dueMs.map((_due, n): LoadMessage => {
      // Not one workspace after the other: what a process did a moment ago for the neighbour says nothing of this one.
      const place = (n * 7) % workspaces;
      return { workspace: site.workspaces[place] as TargetWorkspace, to: openContactOf(place) };
    });
    const measured = await steps.run(`${eventsPerSecond} events/s for ${seconds} s`, () => measure(site, { messages, dueMs }));
    const { heard, connected } = await sockets.ask({});
    for (let waitedMs = 0; waitedMs < hearMaxMs && heard.length < messages.length * eventsEach * socketsEach; waitedMs += lookEveryMs) {
      await delay(lookEveryMs);
      heard.push(...(await sockets.ask({})).heard);
    }
    const late = percentiles(heard.map(({ storedAtMs, heardAtMs }) => Math.max(0, heardAtMs - storedAtMs)));
    const { onTheWay } = timesToSocket(heard, measured);
    const faults = [...measured.faults];
    if (connected !== wanted) faults.push(`${connected} of ${wanted} sockets were connected in the end`);
    if (onTheWay.length !== messages.length * socketsEach)
      faults.push(
        `${onTheWay.length} times a socket heard of a delivery; ${messages.length * socketsEach} times there was something to hear`,
      );
    const figures: Table = {
      head: ['', 'reached'],
      rows: [
        ['sockets; workspaces', `${connected}; ${workspaces}`],
        ['messages; events heard', `${messages.length}; ${heard.length}`],
        ['stored event → socket p50 / p95 / p99', times(late)],
        ['accept p50 / p95 / p99', times(measured.acceptMs)],
        ['cores of the product, Temporal and Postgres', String(measured.productCores)],
      ],
    };
    const report = {
      profile: 'sockets',
      title: 'Sockets',
      machine: site.machine,
      text: [
        `${connected} sockets of ${workspaces} workspaces, ${socketsEach} each on one conversation; ${eventsPerSecond / eventsEach} messages/s for ${seconds} s make ${eventsPerSecond} events/s, each heard by ${socketsEach}. All clients are one process.`,
      ],
      tables: [figures, processRows(measured)],
      charts: [spreadChart(heard.map(({ storedAtMs, heardAtMs }) => Math.max(0, heardAtMs - storedAtMs)))],
    };
    return outcomeOf(
      report,
      { connected, workspaces, loadSeconds: seconds, heard: heard.length, eventToSocketMs: late, ...figuresOf(measured) },
      faults,
    );
  });
}

/** Which share of the events was heard within which time. */
function spreadChart(ms: number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const points = Array.from({ length: 100 }, (_, percent): [number, number] => [percent, at(percent / 100)]);
  return lineChart('Stored event → socket, by percentile', ['%', 'ms'], [{ name: 'events', points }]);
}

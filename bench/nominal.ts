/**
 * Profile `nominal`: the plan's 100,000 messages an hour, open loop, over workspaces of which few are busy (Zipf). A fifth of the
 * messages come in, three callbacks follow each that goes out, and every workspace has a conversation open in a socket.
 */
import { arrivals, zipfPlaces } from '../load/arrivals.js';
import { percentiles } from '../load/percentiles.js';
import { openContactOf } from '../load/recipients.js';
import type { HeardEvent } from '../load/sockets.js';
import { lineChart, stackedBars } from './charts.js';
import type { InboundText, LoadMessage } from './loadGenerator.js';
import { figuresOf, type Measured, measure } from './measure.js';
import { type BenchOptions, type Outcome, outcomeOf } from './outcome.js';
import { processRows, type Table, times } from './report.js';
import { type Target, type TargetWorkspace, withTarget } from './target.js';
import { warmUp } from './warmUp.js';

export const nominalPerSecond = 28;
/** Of the messages one in so many comes in; of those that go out one in so many goes to the contact that a socket has open. */
const inboundEvery = 5;
const openEvery = 5;
const callbacks = 'sending:10,sent:20,delivered:50';
const sizes = { full: { workspaces: 1_000, seconds: 600 }, quick: { workspaces: 100, seconds: 20 } };
/** Of the chart, so many points. */
const bins = 60;

export function runNominal(options: BenchOptions): Promise<Outcome> {
  const { steps, quick } = options;
  const { workspaces } = quick ? sizes.quick : sizes.full;
  const seconds = options.seconds ?? (quick ? sizes.quick : sizes.full).seconds;
  return withTarget({ ...options, workspaces, callbacks }, async (target) => {
    const used = target.workspaces.slice(0, workspaces);
    const conversations = await steps.run(`warm-up of ${used.length} workspaces`, () => warmUp(target, used));
    const sockets = await target.startSockets();
    const places = used.map(({ id, apiKey }, place) => ({ id, apiKey, conversationIds: [conversations[place] as string] }));
    await steps.run(`${used.length} sockets`, () => sockets.ask({ places }));
    const load = nominalLoad(target, used, seconds);
    const measured = await steps.run(`${nominalPerSecond} messages/s for ${seconds} s`, () => measure(target, load), describeLoad);

    const { heard, connected } = await sockets.ask({});
    const { toSocket, onTheWay } = timesToSocket(heard, measured);
    const open = load.messages.filter(({ to }) => to !== undefined).length;
    const faults = [...measured.faults];
    if (connected !== used.length) faults.push(`${connected} of ${used.length} sockets were connected in the end`);
    if (toSocket.length !== open)
      faults.push(`${toSocket.length} of ${open} messages were heard of as delivered where their conversation was open`);
    const heardMs = { acceptToSocketMs: percentiles(toSocket), eventToSocketMs: percentiles(onTheWay) };
    const line = {
      ratePerSecond: nominalPerSecond,
      loadSeconds: seconds,
      workspaces: used.length,
      sockets: connected,
      inbound: load.inbound.length,
      ...heardMs,
      ...figuresOf(measured),
    };
    const { acceptMs, firstAnswerMs, acceptToProviderMs, acceptToDeliveredMs, inboundMs, productCores, coresUsed, tally } = measured;
    const figures: Table = {
      head: ['', 'reached', 'goal'],
      rows: [
        ['messages out; delivered', `${tally.messages}; ${tally.delivered}`, 'the same'],
        ['messages in', String(load.inbound.length), ''],
        ['accept p50 / p95 / p99', times(acceptMs), 'p99 < 100 ms'],
        ['… to the first answer', times(firstAnswerMs), ''],
        ['accept → provider', times(acceptToProviderMs), '25 / 100 / 250 ms'],
        ['accept → delivered', times(acceptToDeliveredMs), 'p50 < 1 s'],
        ['accept → socket hears of the delivery', times(heardMs.acceptToSocketMs), ''],
        ['stored event → socket', times(heardMs.eventToSocketMs), ''],
        ['text comes in → answered', times(inboundMs), ''],
        ['limiter questions a message', String(measured.limiterQuestionsPerMessage ?? 'not seen'), '≤ 0.1'],
        ['cores of the product, Temporal and Postgres', String(productCores), '≤ 1.2'],
        ['… with simulator, load and sockets', String(coresUsed), ''],
        ['refused; not ended', `${tally.refused}; ${tally.unfinished}`, '0; 0'],
        ['lost; doubled', `${tally.lost}; ${tally.doubled}`, '0; 0'],
      ],
    };
    const report = {
      profile: 'nominal',
      title: 'The nominal load',
      machine: target.machine,
      text: [
        `${nominalPerSecond} messages/s for ${seconds} s over ${used.length} workspaces (Zipf), ${load.inbound.length} of ${load.inbound.length + tally.messages} coming in; ${connected} sockets with a conversation open each. Open loop: times count from when a request was due.`,
      ],
      tables: [figures, processRows(measured)],
      charts: [
        stackedBars('CPU milliseconds a message, by process', 'ms', [[`${nominalPerSecond}/s`, measured.cpuMsPerMessage]]),
        latencyChart(measured),
      ],
    };
    return outcomeOf(report, line, faults);
  });
}

const describeLoad = ({ productCores, acceptMs }: Measured) => `${productCores} cores, accept p99 ${acceptMs.p99} ms`;

/** What goes out and what comes in, and when; where nobody can write to the workspaces, all of it goes out. */
export function nominalLoad({ url }: Pick<Target, 'url'>, workspaces: TargetWorkspace[], seconds: number) {
  const due = arrivals([{ perSecond: nominalPerSecond, seconds }]);
  const places = zipfPlaces(due.length, workspaces.length);
  const messages: LoadMessage[] = [];
  const dueMs: number[] = [];
  const texts: InboundText[] = [];
  for (const [n, at] of due.entries()) {
    const place = places[n] as number;
    const { id, apiKey, inbound } = workspaces[place] as TargetWorkspace;
    if (inbound && n % inboundEvery === inboundEvery - 1) {
      texts.push({ ...inbound, dueMs: at, from: openContactOf(place), url: `${url}/callbacks/twilio/${id}/inbound` });
      continue;
    }
    const isOpen = messages.length % openEvery === 0;
    messages.push({ workspace: { id, apiKey }, ...(isOpen && { to: openContactOf(place) }) });
    dueMs.push(at);
  }
  return { messages, dueMs, inbound: texts };
}

/** From each 202 to the first socket that hears of the delivery, and of those events from their storing on, milliseconds. */
export function timesToSocket(heard: HeardEvent[], { lives }: Pick<Measured, 'lives'>): { toSocket: number[]; onTheWay: number[] } {
  const acknowledgedAtMs = new Map(lives.flatMap((life) => (life ? [[life.id, life.acknowledgedAtMs] as const] : [])));
  const delivered = heard.filter(({ messageId, status }) => status === 'delivered' && acknowledgedAtMs.has(messageId));
  const first = new Map(delivered.toReversed().map((event) => [event.messageId, event]));
  return {
    toSocket: [...first.values()].map(({ messageId, heardAtMs }) => Math.max(0, heardAtMs - (acknowledgedAtMs.get(messageId) as number))),
    onTheWay: delivered.map(({ heardAtMs, storedAtMs }) => Math.max(0, heardAtMs - storedAtMs)),
  };
}

/** How long messages took over the run: where it gets slower with time, one number for all of it would hide that. */
function latencyChart({ lives, arrivedAtMs, startedAtMs }: Measured): string {
  const ended = lives.flatMap((life, n) => (life ? [{ life, arrived: arrivedAtMs.get(n) }] : []));
  const lengthMs = Math.max(...ended.map(({ life }) => life.scheduledAtMs - startedAtMs), 1);
  const binOf = (scheduledAtMs: number) => Math.min(bins - 1, Math.floor(((scheduledAtMs - startedAtMs) / lengthMs) * bins));
  const series = (name: string, of: (one: (typeof ended)[number]) => number | undefined) => {
    const values = Array.from({ length: bins }, (): number[] => []);
    for (const one of ended) {
      const ms = of(one);
      if (ms !== undefined) values[binOf(one.life.scheduledAtMs)]?.push(Math.max(0, ms));
    }
    const points = values.flatMap((ms, bin): [number, number][] =>
      ms.length > 0 ? [[((bin + 0.5) / bins) * (lengthMs / 1_000), percentiles(ms).p95 ?? 0]] : [],
    );
    return { name, points };
  };
  return lineChart(
    'p95 by the time at which the request was due',
    ['s', 'ms'],
    [
      series('accept', ({ life }) => life.acknowledgedAtMs - life.scheduledAtMs),
      series('accept → provider', ({ life, arrived }) => arrived && arrived - life.acknowledgedAtMs),
      series('accept → delivered', ({ life }) => (life.statusAtMs === null ? undefined : life.statusAtMs - life.acknowledgedAtMs)),
    ],
  );
}

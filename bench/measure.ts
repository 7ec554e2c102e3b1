import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Canaries } from '../load/canaries.js';
import { type Percentiles, percentiles } from '../load/percentiles.js';
import { SimulatorLedger } from '../load/simulatorLedger.js';
import { CpuMeter, type CpuTimes } from './cpuMeter.js';
import type { InboundText, Life, LoadMessage, LoadRun, LoadWorkspace } from './loadGenerator.js';
import { loadLookUps } from './site.js';
import type { Target } from './target.js';

/** What became of the messages of one load, by the client, the database and the provider's ledger. */
export interface Tally {
  messages: number;
  accepted: number;
  refused: number;
  delivered: number;
  /** Ended otherwise. */
  failed: number;
  /** Accepted, and not ended when it was given up. */
  unfinished: number;
  /** Accepted, never at the provider, and not ended with a reason. */
  lost: number;
  /** At the provider more than once. */
  doubled: number;
}

/** One load as it was measured. */
export interface Measured {
  messages: number;
  seconds: number;
  perSecond: number;
  /** CPU ms a message, by process, and of all. */
  cpuMsPerMessage: CpuTimes;
  /** CPU of all processes, the load generator and the simulator included, in cores. */
  coresUsed: number;
  /** Without those two. */
  productCores: number;
  memoryMb: Record<string, number>;
  /** From the time the request was due to its 202. */
  acceptMs: Percentiles;
  /** To its first answer, whatever that was. */
  firstAnswerMs: Percentiles;
  /** From the 202 to the request's arrival at the provider, and the same from the time the client's request was due. */
  acceptToProviderMs: Percentiles;
  requestToProviderMs: Percentiles;
  acceptToDeliveredMs: Percentiles;
  /** Null where the limiters' histories can't be seen. */
  limiterQuestionsPerMessage: number | null;
  /** How often each HTTP status was answered. */
  answers: Record<string, number>;
  refused: string[];
  unfinished: number;
  tally: Tally;
  /** What doesn't add up, as sentences: figures with one are wrong. */
  faults: string[];
  /** Of the first request, epoch milliseconds, and by number of the message: for what a profile draws. */
  startedAtMs: number;
  lives: (Life | null)[];
  arrivedAtMs: Map<number, number>;
  inboundMs: Percentiles;
}

/** Work that a load leaves behind (closes, visibility) still counts for it. */
const tailMs = 1_500;
const settleMaxMs = 10_000;
const settleEveryMs = 250;
/** An Update: a workflow task's three events, accepted, completed. */
const eventsPerQuestion = 5;

export const round = (value: number) => Math.round(value * 100) / 100;

/** The provider's and the client's CPU is not the product's. */
const notOwn = ['total', 'simulator', 'load', 'sockets', loadLookUps];
export const ownCpu = (cpu: CpuTimes) => Object.entries(cpu).reduce((sum, [name, ms]) => (notOwn.includes(name) ? sum : sum + ms), 0);

/** So many messages, spread evenly over the workspaces. */
export const spread = (workspaces: LoadWorkspace[], count: number): LoadMessage[] =>
  Array.from({ length: count }, (_, n) => ({ workspace: workspaces[n % workspaces.length] as LoadWorkspace }));

/** Puts one load on the target, and compares what the client, the database and the provider say of it. */
export async function measure(
  target: Target,
  load: Omit<LoadRun, 'run' | 'inbound'> & { inbound?: InboundText[] },
  { mayRefuse = false } = {},
): Promise<Measured> {
  const canaries = new Canaries(randomBytes(5).toString('hex'));
  const ledger = new SimulatorLedger(target.simulatorUrl);
  const since = await ledger.position();
  const callbacksBefore = await callbacksAnswered(target);
  const eventsBefore = await target.limiterEvents?.();
  const meter = new CpuMeter(target.metered);
  meter.start();
  const startedAt = performance.now();
  const { inbound: texts, ...asked } = load;
  const inbound = texts && { inbound: { simulatorUrl: target.simulatorUrl, texts } };
  const result = await target.load.ask({ ...asked, ...inbound, run: canaries.run });
  await delay(tailMs);
  const cpu = meter.stop();
  const wallMs = performance.now() - startedAt;

  const count = load.messages.length;
  const accepted = result.lives.filter((life) => life !== null);
  const ended = accepted.filter(({ endedAtMs }) => endedAtMs !== null);
  const entries = await ledger.entriesAfter(since.entries);
  const { arrivedAtMs, doubled } = arrivalsOf(entries, canaries);
  const perEach = (of: (life: Life, n: number) => number | null | undefined) =>
    percentiles(result.lives.flatMap((life, n) => (life ? [of(life, n)] : [])).filter((ms) => ms !== null && ms !== undefined));
  // A send can begin before its acknowledgement has crossed the wire.
  const toProvider = (from: (life: Life) => number) =>
    perEach((life, n) => {
      const at = arrivedAtMs.get(n);
      return at === undefined ? undefined : Math.max(0, at - from(life));
    });
  const tally: Tally = {
    messages: count,
    accepted: accepted.length,
    refused: result.refused.length,
    delivered: ended.filter(({ status }) => status === 'delivered').length,
    failed: ended.filter(({ status }) => status !== 'delivered').length,
    unfinished: accepted.length - ended.length,
    // One that ended otherwise, parked for a person to decide or failed with a reason, was not lost.
    lost: result.lives.filter((life, n) => life && !arrivedAtMs.has(n) && (life.status === null || life.status === 'delivered')).length,
    doubled,
  };
  const events = eventsBefore === undefined ? undefined : ((await target.limiterEvents?.()) ?? 0);
  return {
    messages: count,
    seconds: round(result.seconds),
    perSecond: round((load.onlyAccept ? accepted : ended).length / result.seconds),
    cpuMsPerMessage: perMessage(cpu, count),
    coresUsed: round(Object.values(cpu).reduce((sum, ms) => sum + ms, 0) / wallMs),
    productCores: round(ownCpu(cpu) / wallMs),
    memoryMb: meter.memoryMb,
    acceptMs: perEach(({ acknowledgedAtMs, scheduledAtMs }) => acknowledgedAtMs - scheduledAtMs),
    firstAnswerMs: percentiles(result.firstAnswerMs),
    acceptToProviderMs: toProvider(({ acknowledgedAtMs }) => acknowledgedAtMs),
    requestToProviderMs: toProvider(({ scheduledAtMs }) => scheduledAtMs),
    acceptToDeliveredMs: perEach(({ status, statusAtMs, acknowledgedAtMs }) =>
      status === 'delivered' && statusAtMs !== null ? Math.max(0, statusAtMs - acknowledgedAtMs) : null,
    ),
    limiterQuestionsPerMessage:
      events === undefined || eventsBefore === undefined ? null : round((events - eventsBefore) / eventsPerQuestion / count),
    answers: result.answers,
    refused: result.refused,
    unfinished: tally.unfinished,
    tally,
    faults: load.onlyAccept
      ? faultsOf({ ...tally, delivered: accepted.length, failed: 0, unfinished: 0, lost: 0 })
      : [
          ...faultsOf(mayRefuse ? { ...tally, messages: count - tally.refused, refused: 0 } : tally),
          ...result.inboundFailed.slice(0, 3),
          ...(await ledgerFaults(
            ledger,
            since.finals,
            new Set(entries.filter(({ body }) => canaries.numberIn(body) !== undefined).map(({ sid }) => sid)),
          )),
          ...(await callbackFaults(target, callbacksBefore, arrivedAtMs.size + doubled)),
        ],
    startedAtMs: result.startedAtMs,
    lives: result.lives,
    arrivedAtMs,
    inboundMs: percentiles(result.inboundMs),
  };
}

/** When the provider saw each message first, by its number, and how many it saw again. */
function arrivalsOf(entries: { body: string; requestReceivedAtMs: number }[], canaries: Canaries) {
  const arrivedAtMs = new Map<number, number>();
  const again = new Set<number>();
  for (const { body, requestReceivedAtMs } of entries) {
    const n = canaries.numberIn(body);
    if (n === undefined) continue;
    if (arrivedAtMs.has(n)) again.add(n);
    else arrivedAtMs.set(n, requestReceivedAtMs);
  }
  return { arrivedAtMs, doubled: again.size };
}

/** What does not add up in a load on a system that nothing happens to: each message is accepted, and delivered once. */
export function faultsOf({ messages, accepted, refused, delivered, failed, unfinished, lost, doubled }: Tally): string[] {
  const counts: [number, string][] = [
    [messages - accepted - refused, 'were neither accepted nor refused'],
    [refused, 'were refused'],
    [unfinished, 'were accepted and had not ended when they were given up'],
    [failed, 'ended otherwise than delivered'],
    [lost, 'were accepted and never came to the provider'],
    [doubled, 'came to the provider more than once'],
    [accepted - delivered - failed - unfinished, 'are missing in the count'],
  ];
  return counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} of ${messages} messages ${what}`]));
}

/** The provider's own endings: each message that it took in this load ended as delivered. */
async function ledgerFaults(ledger: SimulatorLedger, since: number, sids: Set<string>): Promise<string[]> {
  const finals = await ledger.finalsAfter(since);
  const delivered = finals.filter(({ sid, status }) => sids.has(sid) && status === 'delivered').length;
  return delivered === sids.size ? [] : [`the provider delivered ${delivered} of the ${sids.size} messages that it took`];
}

/** Every callback of every message was answered. */
async function callbackFaults(target: Target, before: number, messages: number): Promise<string[]> {
  if (target.callbacksEach === undefined) return [];
  const wanted = messages * target.callbacksEach;
  let answered = 0;
  for (let waitedMs = 0; waitedMs <= settleMaxMs; waitedMs += settleEveryMs) {
    answered = (await callbacksAnswered(target)) - before;
    if (answered >= wanted) break;
    await delay(settleEveryMs);
  }
  return answered === wanted ? [] : [`${answered} callbacks were answered where the provider made ${wanted}`];
}

async function callbacksAnswered({ simulatorUrl }: Target): Promise<number> {
  const response = await fetch(`${simulatorUrl}/_control/health`);
  return ((await response.json()) as { callbacks: { delivered: number } }).callbacks.delivered;
}

/** By process, and their sum. */
export function perMessage(cpu: CpuTimes, count: number): CpuTimes {
  const total = Object.values(cpu).reduce((sum, ms) => sum + ms, 0);
  return Object.fromEntries(Object.entries({ ...cpu, total }).map(([name, ms]) => [name, round(ms / count)]));
}

/** A result without what is only there to be drawn. */
export function figuresOf(measured: Measured): Omit<Measured, 'lives' | 'arrivedAtMs' | 'startedAtMs' | 'refused'> & { refused: number } {
  const { lives: _lives, arrivedAtMs: _arrived, startedAtMs: _started, refused, ...figures } = measured;
  return { ...figures, refused: refused.length };
}

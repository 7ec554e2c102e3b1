import { stackedBars } from './charts.js';
import type { HotpathResult } from './hotpath.js';
import type { Measured } from './measure.js';
import { type Report, times } from './report.js';

type Row = [name: string, closedLoop: string, floor: string, nominal: string];

function rowsOf(result: HotpathResult): Row[] {
  const { closedLoop, nominal, floor, leanFloorPerSecond, ratioToFloor, cpuRatioToFloor } = result;
  const both = (of: (load: Measured) => string): [string, string, string] => [of(closedLoop), '', of(nominal)];
  const all = [closedLoop.cpuMsPerMessage, floor.cpuMsPerLife, nominal.cpuMsPerMessage];
  const names = [...new Set(all.flatMap((cpu) => Object.keys(cpu)))].filter((name) => name !== 'total');
  const cpu = (name: string) => all.map((cpuMs) => String(cpuMs[name] ?? 0)) as [string, string, string];
  return [
    ['messages', ...both(({ messages, seconds }) => `${messages} in ${seconds} s`)],
    ['lives/s', String(closedLoop.perSecond), `${floor.perSecond} (${floor.before}, ${floor.after})`, String(nominal.perSecond)],
    ['ratio to the floor', String(ratioToFloor), '1', ''],
    ['the same by CPU', String(cpuRatioToFloor), '1', ''],
    ...(leanFloorPerSecond === null ? [] : [['the floor on lean threads', '', `${leanFloorPerSecond}/s`, ''] satisfies Row]),
    ['accept p50 / p95 / p99', ...both(({ acceptMs }) => times(acceptMs))],
    ['accept → provider', ...both(({ acceptToProviderMs }) => times(acceptToProviderMs))],
    ['request → provider', ...both(({ requestToProviderMs }) => times(requestToProviderMs))],
    ['accept → delivered', ...both(({ acceptToDeliveredMs }) => times(acceptToDeliveredMs))],
    ['limiter questions a message', ...both(({ limiterQuestionsPerMessage }) => String(limiterQuestionsPerMessage))],
    ['cores used', ...both(({ coresUsed }) => String(coresUsed))],
    ...names.map((name): Row => [`CPU ms a life: ${name}`, ...cpu(name)]),
    ['CPU ms a life: all', ...cpu('total')],
    ...names.map((name): Row => [`memory at most, MB: ${name}`, ...both(({ memoryMb }) => String(memoryMb[name] ?? ''))]),
    ['refused; not ended within 60 s', ...both(({ refused, unfinished }) => `${refused.length}; ${unfinished}`)],
    ['lost; doubled', ...both(({ tally }) => `${tally.lost}; ${tally.doubled}`)],
  ];
}

export function hotpathReport(result: HotpathResult): Report {
  const { machine, inFlight, closedLoop, nominal, floor } = result;
  return {
    profile: 'hotpath',
    title: 'The hot path',
    machine,
    text: [],
    tables: [
      { head: ['', `closed loop, ${inFlight} in flight`, 'the floor', `open loop, ${nominal.ratePerSecond}/s`], rows: rowsOf(result) },
    ],
    charts: [
      stackedBars('CPU milliseconds a life, by process', 'ms', [
        ['whole message, closed loop', closedLoop.cpuMsPerMessage],
        [`whole message, ${nominal.ratePerSecond}/s`, nominal.cpuMsPerMessage],
        ['the floor', floor.cpuMsPerLife],
      ]),
    ],
  };
}

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Percentiles } from '../load/percentiles.js';
import { projectRoot } from '../platform/projectRoot.js';
import type { HotpathResult, Measured } from './hotpath.js';
import { machineLine } from './machine.js';

const times = ({ p50, p95, p99 }: Percentiles) => `${p50 ?? '–'} / ${p95 ?? '–'} / ${p99 ?? '–'} ms`;

type Row = [name: string, closedLoop: string, floor: string, nominal: string];

function rowsOf(result: HotpathResult): Row[] {
  const { closedLoop, nominal, floor, leanFloorPerSecond, ratioToFloor, cpuRatioToFloor, inFlight } = result;
  const both = (of: (load: Measured) => string): [string, string, string] => [of(closedLoop), '', of(nominal)];
  const names = [...new Set([...Object.keys(closedLoop.cpuMsPerMessage), ...Object.keys(floor.cpuMsPerLife)])].filter(
    (name) => name !== 'total',
  );
  const cpu = (name: string): [string, string, string] =>
    [closedLoop.cpuMsPerMessage, floor.cpuMsPerLife, nominal.cpuMsPerMessage].map((times) => String(times[name] ?? 0)) as [
      string,
      string,
      string,
    ];
  return [
    ['', `closed loop, ${inFlight} in flight`, 'the floor', `open loop, ${nominal.ratePerSecond}/s`],
    ['messages', ...both(({ messages, seconds }) => `${messages} in ${seconds} s`)],
    ['lives/s', String(closedLoop.perSecond), `${floor.perSecond} (${floor.before}, ${floor.after})`, String(nominal.perSecond)],
    ['ratio to the floor', String(ratioToFloor), '1', ''],
    ['the same by CPU', String(cpuRatioToFloor), '1', ''],
    ...(leanFloorPerSecond === null ? [] : [['the floor on lean threads', '', `${leanFloorPerSecond}/s`, ''] satisfies Row]),
    ['accept p50 / p95 / p99', ...both(({ acceptMs }) => times(acceptMs))],
    ['accept → provider', ...both(({ acceptToProviderMs }) => times(acceptToProviderMs))],
    ['request → provider', ...both(({ requestToProviderMs }) => times(requestToProviderMs))],
    ['limiter questions a message', ...both(({ limiterQuestionsPerMessage }) => String(limiterQuestionsPerMessage))],
    ['cores used', ...both(({ coresUsed }) => String(coresUsed))],
    ...names.map((name): Row => [`CPU ms a life: ${name}`, ...cpu(name)]),
    ['CPU ms a life: all', ...cpu('total')],
    ['refused', ...both(({ refused }) => String(refused.length))],
    ['not ended within 60 s', ...both(({ unfinished }) => String(unfinished))],
  ];
}

/** The result as a table for a terminal. */
export function hotpathTable(result: HotpathResult): string {
  const rows = rowsOf(result);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd());
  return `\n${machineLine(result.machine)}\n\n${lines.join('\n')}\n`;
}

/** The one line of `--json`. */
export function hotpathLine({
  machine,
  floor,
  leanFloorPerSecond,
  ratioToFloor,
  cpuRatioToFloor,
  closedLoop,
  nominal,
}: HotpathResult): object {
  const { perSecond, ...rest } = closedLoop;
  return {
    profile: 'hotpath',
    messagesPerSecond: perSecond,
    floorPerSecond: floor.perSecond,
    leanFloorPerSecond,
    ratioToFloor,
    cpuRatioToFloor,
    ...rest,
    floor,
    nominal,
    machine,
  };
}

/** Writes table and chart under docs/reports. Answers the names of the files. */
export function saveHotpath(result: HotpathResult, day = new Date().toISOString().slice(0, 10)): string[] {
  const folder = path.join(projectRoot, 'docs/reports');
  mkdirSync(folder, { recursive: true });
  const [head, ...rows] = rowsOf(result).map((cells) => `| ${cells.join(' | ')} |`);
  const page = `# The hot path, ${day}\n\n${machineLine(result.machine)}\n\nMade by \`npm run bench -- hotpath --save\`.\n\n![](hotpath-${day}.svg)\n\n${[head, '|---|---|---|---|', ...rows].join('\n')}\n`;
  const files = [path.join(folder, `hotpath-${day}.md`), path.join(folder, `hotpath-${day}.svg`)] as const;
  writeFileSync(files[0], page);
  writeFileSync(files[1], chart(result));
  return [...files];
}

const barHeight = 22;
const rowHeight = 34;
const labelWidth = 190;
const msWidth = 9;
const colors = ['#2f6f9f', '#5b9bc8', '#c7a252', '#b0b7bd', '#7a5c99', '#3f7d58', '#74b08b', '#a9cfb8', '#d3dbd6'];

/** Where the CPU of a life goes: one bar for the product, one for the floor, a piece for each process. */
function chart({ closedLoop, nominal, floor }: HotpathResult): string {
  const names = Object.keys(closedLoop.cpuMsPerMessage).filter((name) => name !== 'total');
  const bars: [string, Record<string, number>][] = [
    ['whole message, closed loop', closedLoop.cpuMsPerMessage],
    [`whole message, ${nominal.ratePerSecond}/s`, nominal.cpuMsPerMessage],
    ['the floor', floor.cpuMsPerLife],
  ];
  const pieces = bars.flatMap(([label, cpu], row) => {
    const y = 40 + row * rowHeight;
    let x = labelWidth;
    const rectangles = names.map((name, index) => {
      const width = (cpu[name] ?? 0) * msWidth;
      const rectangle = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${barHeight}" fill="${colors[index % colors.length]}"><title>${name}: ${cpu[name] ?? 0} ms</title></rect>`;
      x += width;
      return rectangle;
    });
    return [
      `<text x="${labelWidth - 8}" y="${y + 15}" text-anchor="end">${label}</text>`,
      ...rectangles,
      `<text x="${(x + 6).toFixed(1)}" y="${y + 15}">${cpu.total ?? 0} ms</text>`,
    ];
  });
  const legend = names.map((name, index) => {
    const [x, y] = [20 + (index % 4) * 180, 60 + bars.length * rowHeight + Math.floor(index / 4) * 22];
    return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colors[index % colors.length]}"/><text x="${x + 18}" y="${y}">${name}</text>`;
  });
  const height = 80 + bars.length * rowHeight + Math.ceil(names.length / 4) * 22;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>
<text x="20" y="22" font-size="14">CPU milliseconds a life, by process</text>
${[...pieces, ...legend].join('\n')}
</svg>
`;
}

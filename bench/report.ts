import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Percentiles } from '../load/percentiles.js';
import { projectRoot } from '../platform/projectRoot.js';
import { type Machine, machineLine } from './machine.js';
import type { Measured } from './measure.js';

export interface Table {
  head: string[];
  rows: string[][];
}

/** The result of a profile for people: shown on a terminal, and kept under docs/reports. */
export interface Report {
  profile: string;
  title: string;
  machine: Machine;
  /** Sentences on how it was measured. */
  text: string[];
  tables: Table[];
  /** SVG. */
  charts: string[];
}

export const times = ({ p50, p95, p99 }: Percentiles) => `${p50 ?? '–'} / ${p95 ?? '–'} / ${p99 ?? '–'} ms`;

/** What every load has: where its messages and the machine's CPU and memory went. */
export function processRows({ cpuMsPerMessage, memoryMb, seconds, messages }: Measured): Table {
  const names = [...new Set([...Object.keys(memoryMb), ...Object.keys(cpuMsPerMessage)])].filter((name) => name !== 'total');
  const rows = names.map((name) => {
    const ms = cpuMsPerMessage[name] ?? 0;
    return [name, String(ms), ((ms * messages) / seconds / 1_000).toFixed(2), String(memoryMb[name] ?? '–')];
  });
  return { head: ['process', 'CPU ms a message', 'cores', 'memory at most, MB'], rows };
}

/** The report for a terminal. */
export function terminalReport({ machine, text, tables }: Report): string {
  const parts = tables.map(({ head, rows }) => {
    const all = [head, ...rows];
    const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
    return all.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd()).join('\n');
  });
  return `\n${[machineLine(machine), ...text, ...parts].join('\n\n')}\n`;
}

/** The report as files: a page of Markdown and its charts. */
export function reportFiles(
  { profile, title, machine, text, tables, charts }: Report,
  day = new Date().toISOString().slice(0, 10),
): NamedFile[] {
  const svgs = charts.map((svg, index) => ({ name: `${profile}-${day}${index === 0 ? '' : `-${index + 1}`}.svg`, text: svg }));
  const parts = tables.map(({ head, rows }) =>
    [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  );
  const paragraphs = [
    `# ${title}, ${day}`,
    machineLine(machine),
    `Made by \`npm run bench -- ${profile} --save\`.`,
    ...text,
    ...svgs.map(({ name }) => `![](${name})`),
    ...parts,
  ];
  return [{ name: `${profile}-${day}.md`, text: `${paragraphs.join('\n\n')}\n` }, ...svgs];
}

export interface NamedFile {
  name: string;
  text: string;
}

export const reportsFolder = path.join(projectRoot, 'docs/reports');

/**
 * Writes the files of one report, all or none: beside their places first, so that a disk that is full leaves the former report as
 * it was. Answers their paths.
 */
export function saveFiles(files: readonly NamedFile[], folder = reportsFolder): string[] {
  const placed = files.map(({ name, text }) => ({ draft: path.join(folder, `${name}.part`), file: path.join(folder, name), text }));
  try {
    mkdirSync(folder, { recursive: true });
    for (const { draft, text } of placed) writeFileSync(draft, text);
    for (const { draft, file } of placed) renameSync(draft, file);
    return placed.map(({ file }) => file);
  } catch (error) {
    for (const { draft } of placed) if (existsSync(draft)) rmSync(draft);
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOSPC' ? 'the disk is full: free some space' : message;
    throw new Error(`no report was written to ${folder}, its former files are as they were; the figures are those above (${reason})`, {
      cause: error,
    });
  }
}

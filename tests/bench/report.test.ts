import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lineChart, stackedBars } from '../../bench/charts.js';
import { reportFiles, saveFiles } from '../../bench/report.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'postrider-report-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

const machine = { cpu: 'a CPU', cores: 2, memoryGb: 8, node: 'v20', postgres: '18', temporal: '1.32' };
const files = reportFiles(
  {
    profile: 'nominal',
    title: 'The nominal load',
    machine,
    text: ['How it was.'],
    tables: [{ head: ['', 'ms'], rows: [['accept', '3']] }],
    charts: [
      stackedBars('CPU', 'ms', [['all', { front: 3, 'postgres <1>': 1 }]]),
      lineChart(
        'p95',
        ['s', 'ms'],
        [
          {
            name: 'accept',
            points: [
              [0, 1],
              [60, 3],
            ],
          },
        ],
      ),
    ],
  },
  '2026-11-29',
);

describe('a report', () => {
  it('is a page with the machine, the command, its charts and its tables', () => {
    expect(saveFiles(files, folder).map((file) => path.basename(file))).toEqual([
      'nominal-2026-11-29.md',
      'nominal-2026-11-29.svg',
      'nominal-2026-11-29-2.svg',
    ]);
    const page = read('nominal-2026-11-29.md');
    for (const part of [
      '# The nominal load, 2026-11-29',
      'a CPU, 2 cores, 8 GB; Node v20, Postgres 18, Temporal server 1.32',
      '`npm run bench -- nominal --save`',
      '![](nominal-2026-11-29-2.svg)',
      '| accept | 3 |',
    ])
      expect(page).toContain(part);
    expect(read('nominal-2026-11-29.svg')).toContain('postgres &lt;1>');
    expect(readdirSync(folder)).toHaveLength(3);
  });

  // Every write to this device fails as one to a full disk does.
  (existsSync('/dev/full') ? it : it.skip)('that meets a full disk leaves the former one whole, and says so', () => {
    saveFiles(files, folder);
    symlinkSync('/dev/full', path.join(folder, 'nominal-2026-11-29.svg.part'));
    const next = files.map((file) => ({ ...file, text: 'next' }));
    expect(() => saveFiles(next, folder)).toThrow(
      /no report was written to .*figures are those above \(the disk is full: free some space\)/,
    );
    expect(readdirSync(folder).sort()).toEqual(files.map(({ name }) => name).sort());
    for (const { name, text } of files) expect(read(name)).toBe(text);
  });

  it('that has no folder to go to says why', () => {
    saveFiles([{ name: 'file', text: '' }], folder);
    expect(() => saveFiles(files, path.join(folder, 'file'))).toThrow(/no report was written/);
  });
});

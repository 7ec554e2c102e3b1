import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { runDoubtful } from '../support/runDoubtful.js';

const count = 300;
const seed = Date.now() % 1_000_000;

it(`${count} sends in doubt end as the ledger says, under each policy, and none is doubled (seed ${seed})`, async () => {
  const { faults, table } = await runDoubtful(seed, count, 120_000);
  expect(faults).toEqual([]);
  const hows = ['adopted', 'parked', 'sent once more, flagged'];
  const rows = Object.entries(table)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, row]) => `| ${name} | ${hows.map((how) => row[how] ?? 0).join(' | ')} |`);
  const reports = path.join(__dirname, '../../docs/reports');
  mkdirSync(reports, { recursive: true });
  writeFileSync(
    path.join(reports, 'doubtful.md'),
    `# ${count} sends in doubt\n\nBy \`npm run test:scale -- --testPathPatterns doubtful\`, seed ${seed}, on ${os.cpus().length} cores (${os.cpus()[0]?.model}), Node ${process.version}. Each end was compared with the simulator's ledger: none lost, none doubled, none parked that the provider had.\n\n| policy, fault | ${hows.join(' | ')} |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  );
}, 1_800_000);

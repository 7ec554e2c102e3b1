import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { runDemo } from '../support/demo.js';

const messages = 5_000;
const workspaces = 500;

it(`${messages} messages of ${workspaces} workspaces: nothing lost, nothing doubled`, async () => {
  const { line } = await runDemo(['--messages', String(messages), '--workspaces', String(workspaces)]);
  expect(line).toMatchObject({ accepted: messages, delivered: messages, lost: 0, duplicates: 0 });
  const reports = path.join(__dirname, '../../docs/reports');
  mkdirSync(reports, { recursive: true });
  const rows = Object.entries(line).map(
    ([name, value]) => `| ${name} | ${typeof value === 'object' ? JSON.stringify(value) : String(value)} |`,
  );
  writeFileSync(
    path.join(reports, 'volume.md'),
    `# ${messages} messages of ${workspaces} workspaces\n\nBy \`npm run test:scale\`, on ${os.cpus().length} cores (${os.cpus()[0]?.model}), Node ${process.version}, Temporal's development server and embedded Postgres\n\n| what | figure |\n|---|---|\n${rows.join('\n')}\n`,
  );
}, 3_600_000);

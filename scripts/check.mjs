// npm run check: types, lint, format, layers, generated files in step. Runs all, fails if any does.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bin, fail, prepare, root, run, sourceFolders, step } from './prepare.mjs';

const node = (...args) => run(process.execPath, args);
const linted = [...sourceFolders, 'tests', 'scripts'];

const checks = {
  types: () => node(bin('tsc', 'typescript'), '-p', 'tsconfig.test.json'),
  'types of the page': () => node(bin('tsc', 'typescript'), '-p', 'web'),
  lint: () => node(bin('oxlint'), '--type-aware', '--deny-warnings', ...linted),
  format: () => node(bin('biome', '@biomejs/biome'), 'check', '.'),
  layers: () => node(bin('jest'), '--selectProjects', 'unit', '--testPathPatterns', 'tests/tidy.test.ts'),
  '.env.example in step': async () => {
    const made = execFileSync(process.execPath, [path.join(root, 'dist/main/printEnvExample.js')], { encoding: 'utf8' });
    if (made !== readFileSync(path.join(root, '.env.example'), 'utf8')) {
      throw new Error(
        '.env.example is out of step with platform/config.ts. Run: npm run build && node dist/main/printEnvExample.js > .env.example',
      );
    }
  },
};

await prepare().catch(fail);
const failed = [];
for (const [name, check] of Object.entries(checks)) {
  await step(name, check).catch((error) => {
    failed.push(name);
    process.stdout.write(`✗ ${name}\n${error.message}\n`);
  });
}
if (failed.length > 0) fail(`failed: ${failed.join(', ')}`);

// npm run check: types, lint, format, layers, generated files in step. Runs all, fails if any does.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bin, fail, prepare, root, run, sourceFolders, step } from './prepare.mjs';

const node = (...args) => run(process.execPath, args);
const linted = [...sourceFolders, 'tests', 'scripts'];

/** Whether a generated file is what its program prints now. */
async function inStep(file, program) {
  const made = execFileSync(process.execPath, [path.join(root, `dist/main/${program}.js`)], { encoding: 'utf8' });
  if (made !== readFileSync(path.join(root, file), 'utf8')) {
    throw new Error(`${file} is out of step with what it is made from. Run: npm run build && node dist/main/${program}.js > ${file}`);
  }
}

const checks = {
  types: () => node(bin('tsc', 'typescript'), '-p', 'tsconfig.test.json'),
  'types of the page': () => node(bin('tsc', 'typescript'), '-p', 'web'),
  lint: () => node(bin('oxlint'), '--type-aware', '--deny-warnings', ...linted),
  format: () => node(bin('biome', '@biomejs/biome'), 'check', '.'),
  'layers, migrations, catalogue': () =>
    node(bin('jest'), '--selectProjects', 'unit', '--testPathPatterns', 'tests/(tidy|migrations|storage/catalogue).test.ts'),
  'prisma/schema.prisma in step': () => node(path.join(root, 'dist/main/checkSchema.js')),
  '.env.example in step': () => inStep('.env.example', 'printEnvExample'),
  'docs/reference/errors.md in step': () => inStep('docs/reference/errors.md', 'printErrorReference'),
  'docs/reference/metrics.md in step': () => inStep('docs/reference/metrics.md', 'printMetricReference'),
  'docs/reference/log-events.md in step': () => inStep('docs/reference/log-events.md', 'printLogReference'),
  'rules of Prometheus': () => node(path.join(root, 'dist/main/checkAlerts.js'), '--if-ready'),
  'deploy/grafana/postrider.json in step': () => inStep('deploy/grafana/postrider.json', 'printDashboard'),
  'docs/reference/openapi.json in step': () => inStep('docs/reference/openapi.json', 'printOpenapi'),
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

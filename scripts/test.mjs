// npm test: everything. npm run test:unit: the fast lane, from source. npm run test:scale: full sizes.
import { createRequire } from 'node:module';
import path from 'node:path';
import { bin, fail, prepare, prepareSources, root, run, step } from './prepare.mjs';

const lanes = { unit: ['unit'], scale: ['scale'], all: ['unit', 'system'] };
const [first, ...rest] = process.argv.slice(2);
const lane = Object.hasOwn(lanes, first ?? '') ? first : 'all';
const words = lane === first ? rest : process.argv.slice(2);

try {
  if (lane === 'unit') await prepareSources();
  else {
    await prepare();
    const { findTemporalCli } = createRequire(import.meta.url)(path.join(root, 'dist/local/temporalBinary.js'));
    const { findObjectServer, objectServerMissing } = createRequire(import.meta.url)(path.join(root, 'dist/local/objectServer.js'));
    const say = (text) => process.stdout.write(`  ${text}\n`);
    // Before the tests: a build of several minutes must not count against a test's time, nor slow it down.
    if (!process.env.TEMPORAL_ADDRESS) await step('Temporal found', () => findTemporalCli(say));
    if (!objectServerMissing()) await step('S3 server found', () => findObjectServer(say));
  }
  // Files side by side, since they wait more than they work: each has its own database, namespace and ports. What is measured
  // at full size has the machine for itself.
  const workers = { unit: 3, all: 2, scale: 1 }[lane];
  await run(process.execPath, [bin('jest'), `--maxWorkers=${workers}`, ...words, '--selectProjects', ...lanes[lane]], { show: true });
} catch (error) {
  fail(error instanceof Error ? error.message.split('\n')[0] : error);
}

// node scripts/run.mjs demo|bench|chaos|postrider|backup|rebuild|archive|helm|alerts …: prepares, then runs that program with the words that follow.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fail, prepare, root } from './prepare.mjs';

const programs = {
  demo: 'dist/main/demo.js',
  bench: 'dist/bench/main.js',
  chaos: 'dist/chaos/main.js',
  postrider: 'dist/main/operator.js',
  backup: 'dist/main/backup.js',
  rebuild: 'dist/main/rebuildMessages.js',
  archive: 'dist/main/operatorArchive.js',
  helm: 'dist/main/helm.js',
  alerts: 'dist/main/checkAlerts.js',
};
const [name] = process.argv.splice(2, 1);
if (!Object.hasOwn(programs, name ?? '')) fail(`say which program to run: ${Object.keys(programs).join(' or ')}`);
await prepare().catch(fail);
createRequire(import.meta.url)(path.join(root, programs[name]));

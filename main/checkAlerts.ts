/** npm run alerts: checks and tests the rules of Prometheus. With `--if-ready` only where promtool is there, as `npm run check` does. */
import { spawnSync } from 'node:child_process';
import { findPromtool, readyPromtool } from '../local/promtool.js';
import { projectRoot } from '../platform/projectRoot.js';

const rules = ['deploy/prometheus/recording.yml', 'deploy/prometheus/alerts.yml'];

async function main(): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const promtool = process.argv.includes('--if-ready') ? readyPromtool() : await findPromtool(say);
  if (!promtool) {
    say('promtool is not on this machine: npm run alerts builds it');
    return;
  }
  for (const words of [
    ['check', 'rules', ...rules],
    ['test', 'rules', 'deploy/prometheus/alerts.test.yml'],
  ]) {
    const { status } = spawnSync(promtool, words, { cwd: projectRoot, stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

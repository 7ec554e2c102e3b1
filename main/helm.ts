/** `npm run helm -- WORDS`: Helm with these words, for the chart in deploy/helm; built once where there is none. */
import { spawn } from 'node:child_process';
import { findHelm } from '../local/helm.js';

async function main(): Promise<void> {
  const helm = await findHelm((text) => process.stderr.write(`${text}\n`));
  const child = spawn(helm, process.argv.slice(2), { stdio: 'inherit' });
  child.once('exit', (code) => process.exit(code ?? 1));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

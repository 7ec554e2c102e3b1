// npm itself, for what only it can tell of the packages.
import { spawn } from 'node:child_process';
import { root } from './prepare.mjs';

/** Runs npm to its end, whatever comes of it; answers its exit code and what it wrote. */
export function npm(...words) {
  const own = process.env.npm_execpath;
  const [command, ...first] = own?.endsWith('npm-cli.js') ? [process.execPath, own] : ['npm'];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...words], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (written.out += chunk));
    child.stderr.on('data', (chunk) => (written.err += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...written }));
  });
}

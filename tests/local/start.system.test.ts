import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../local/ports.js';
import { identityOf, isRunning, type ProcessIdentity } from '../../local/processIdentity.js';
import { eventually } from '../support/eventually.js';

const program = path.join(__dirname, '../../dist/main/start.js');

/** What the tests started, and where: all is ended and removed when they are over. */
const launchers: Launcher[] = [];
const roots: string[] = [];
afterAll(async () => {
  for (const { child } of launchers) child.kill('SIGTERM');
  await Promise.all(launchers.map(({ ended }) => ended));
  for (const root of roots) rmSync(root, { recursive: true });
}, 90_000);

/** A data folder that remembers ports of its own: several that start at once would all look for the usual ones. */
async function newRoot(): Promise<string> {
  const root = mkdtempSync(path.join(tmpdir(), 'postrider-start-'));
  roots.push(root);
  const ports: Record<string, number> = {};
  for (const name of ['postgres', 'temporal', 'temporalUi', 'simulator']) ports[name] = await freePort();
  writeFileSync(path.join(root, 'settings.json'), JSON.stringify({ encryptionKey: randomBytes(32).toString('base64'), ports }));
  return root;
}

interface Launcher {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

/** `npm start` without the build that comes before it, and without services that a developer's shell may name. */
const launch = (root: string, ...words: string[]) => launchProgram([program, '--data', root, ...words]);

function launchProgram(words: string[], more: Record<string, string> = {}): Launcher {
  const { PATH = '', HOME = '', XDG_CACHE_HOME } = process.env;
  const env = { PATH, HOME, ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }), ...more };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  const launcher = { child, output, ended: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string) };
  launchers.push(launcher);
  return launcher;
}

async function ready({ child, output }: Launcher) {
  const line = await eventually(() => child.exitCode !== null || output.stdout.includes('\n'), 60_000).then(() => output.stdout);
  if (!line) throw new Error(`npm start ended: ${output.stderr}`);
  return JSON.parse(line) as {
    url: string;
    databaseUrl: string;
    temporalUiUrl: string;
    simulatorUrl: string;
    workspaces: { apiKey: string }[];
  };
}

/** Every process that a launcher started, directly or not. */
function startedBy(pid: number): ProcessIdentity[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
    } catch {
      return [];
    }
  });
  const below = (parent: number): number[] => parents.flatMap(([child, its]) => (its === parent ? [child, ...below(child)] : []));
  return below(pid).flatMap((one) => identityOf(one) ?? []);
}

const status = (url: string) =>
  fetch(url).then(
    (response) => response.status,
    () => undefined,
  );

describe('npm start', () => {
  test.concurrent('brings up all of it, says so in one line, and stops all of it on SIGINT', async () => {
    const root = await newRoot();
    const launcher = launch(root, '--json', '--port', String(await freePort()));
    const { url, temporalUiUrl, simulatorUrl } = await ready(launcher);
    expect(launcher.output.stdout.trim().split('\n')).toHaveLength(1);
    expect(await status(`${url}/healthz`)).toBe(200);
    expect(await status(temporalUiUrl)).toBe(200);
    expect(await status(`${simulatorUrl}/_control/health`)).toBe(200);
    const started = startedBy(launcher.child.pid as number);
    // Two processes of the product, the simulator, Postgres and Temporal with their guardians.
    expect(started.length).toBeGreaterThanOrEqual(7);
    launcher.child.kill('SIGINT');
    expect(await launcher.ended).toBe(0);
    expect(launcher.output.stderr).toMatch(/✓ stopped {2}\d/);
    expect(started.filter(isRunning)).toEqual([]);
  }, 120_000);

  test.concurrent('shows the same API key at the next start, and a second one beside it is told who runs', async () => {
    const root = await newRoot();
    const first = launch(root, '--json', '--port', String(await freePort()));
    const key = (await ready(first)).workspaces[0]?.apiKey;
    const second = launch(root, '--json', '--port', String(await freePort()));
    expect(await second.ended).toBe(1);
    expect(second.output.stderr).toContain(`Postrider already runs on ${root} (pid ${first.child.pid})`);
    first.child.kill('SIGTERM');
    await first.ended;
    const third = launch(root, '--json', '--port', String(await freePort()));
    expect((await ready(third)).workspaces[0]?.apiKey).toBe(key);
  }, 120_000);

  test.concurrent('leaves nothing running when the launcher itself is killed, and starts again from there', async () => {
    const root = await newRoot();
    const first = launch(root, '--json', '--port', String(await freePort()));
    await ready(first);
    const started = startedBy(first.child.pid as number);
    first.child.kill('SIGKILL');
    await first.ended;
    await eventually(() => started.every((one) => !isRunning(one)), 30_000);
    await ready(launch(root, '--json', '--port', String(await freePort())));
  }, 120_000);

  test.concurrent('stops when the npm that runs it is killed, which tells nobody', async () => {
    const root = await newRoot();
    // Stands for npm: a program that runs a script by a shell which stays in between.
    const words = [program, '--data', root, '--json', '--port', String(await freePort())].map((word) => `'${word}'`).join(' ');
    const npm = `require('child_process').spawn('sh', ['-c', ${JSON.stringify(`'${process.execPath}' ${words}; exit $?`)}], {stdio: 'inherit'})`;
    const launcher = launchProgram(['-e', npm], { npm_lifecycle_event: 'start' });
    await ready(launcher);
    const started = startedBy(launcher.child.pid as number);
    expect(started.length).toBeGreaterThanOrEqual(9);
    launcher.child.kill('SIGKILL');
    await eventually(() => started.every((one) => !isRunning(one)), 30_000);
  }, 120_000);

  test.concurrent('names the owner of a port that was asked for and is taken', async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      const launcher = launch(await newRoot(), '--port', String(port));
      expect(await launcher.ended).toBe(1);
      expect(launcher.output.stderr).toContain(`port ${port} for the API and the inbox is taken by pid ${process.pid}`);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }, 60_000);

  test.concurrent.each([
    [['--prot', '3001'], "Unknown option '--prot'"],
    [['--port', 'web'], '--port web is not a port: give a number from 1 to 65535'],
  ])('refuses %j and shows how it is used', async (words, problem) => {
    const launcher = launch(await newRoot(), ...words);
    expect(await launcher.ended).toBe(2);
    expect(launcher.output.stderr).toContain(problem);
    expect(launcher.output.stderr).toContain('npm start -- [--port N]');
  });
});

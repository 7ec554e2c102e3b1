import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { workspaceOfKey } from '../../load/workspaceOfKey.js';
import { runningFrom } from '../../local/processIdentity.js';
import { type Stack, startStack } from '../../local/stack.js';
import type { Steps } from '../../local/steps.js';
import { UsageError } from '../../platform/commandLine.js';
import { seedDemo } from '../seedDemo.js';
import type { DemoArguments } from './arguments.js';

/** The system that is driven. */
export interface Target {
  url: string;
  simulatorUrl: string;
  workspaces: { id: string; apiKey: string }[];
  /** Where the journal is kept. */
  directory: string;
  /** Ends what was started for this run. What it kept is removed unless something has to be looked into. */
  end(keepData: boolean): Promise<void>;
}

/** What `npm start` writes into its data folder while it runs: the line of `--json`. */
type RunningSystem = Pick<Stack, 'url' | 'databaseUrl' | 'keysDatabaseUrl' | 'simulatorUrl' | 'workspaces'>;

/** The system at `--url`, the one that runs on `--data`, or one of our own. */
export async function findTarget(words: DemoArguments, steps: Steps): Promise<Target> {
  if (words.url && words.simulator && words.apiKeys) {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-demo-'));
    const workspaces = words.apiKeys.slice(0, words.workspaces).map((apiKey) => ({ id: workspaceOf(apiKey), apiKey }));
    return { url: words.url, simulatorUrl: words.simulator, workspaces, directory, end: (keepData) => removeUnless(keepData, directory) };
  }
  const data = path.resolve(words.data);
  if (!words.own && runningFrom(path.join(data, 'launcher.pid'))) return runningTarget(data, words.workspaces, steps);
  return ownTarget(words.workspaces, steps);
}

function workspaceOf(apiKey: string): string {
  const id = workspaceOfKey(apiKey);
  if (id === undefined) throw new UsageError('--api-keys: an API key begins with pr_ and the workspace');
  return id;
}

async function runningTarget(data: string, count: number, steps: Steps): Promise<Target> {
  const file = path.join(data, 'running.json');
  if (!existsSync(file)) throw new Error(`the system on ${data} is still starting, or stopping: try again in a moment`);
  const running = JSON.parse(readFileSync(file, 'utf8')) as RunningSystem;
  if (!running.simulatorUrl)
    throw new Error(`the system on ${data} sends through a real account: the demo only drives a system with the simulator; use --own`);
  let { workspaces } = running;
  if (workspaces.length < count) {
    const { encryptionKey } = JSON.parse(readFileSync(path.join(data, 'settings.json'), 'utf8')) as { encryptionKey: string };
    const { databaseUrl, keysDatabaseUrl } = running;
    ({ workspaces } = await steps.run(`${count} workspaces`, () =>
      seedDemo({ databaseUrl, keysDatabaseUrl, encryptionKey, workspaces: count }),
    ));
  }
  return {
    url: running.url,
    simulatorUrl: running.simulatorUrl,
    workspaces: workspaces.slice(0, count),
    directory: data,
    end: async () => undefined,
  };
}

async function ownTarget(count: number, steps: Steps): Promise<Target> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-demo-'));
  // Postgres may run as another user and has to come in.
  chmodSync(directory, 0o755);
  const stack = await startStack({ dataDirectory: directory, workspaces: count, anyPorts: true, steps, env: { LOG_LEVEL: 'warn' } }).catch(
    async (error: unknown) => {
      await removeUnless(false, directory);
      throw error;
    },
  );
  return {
    url: stack.url,
    simulatorUrl: stack.simulatorUrl as string,
    workspaces: stack.workspaces,
    directory,
    end: async (keepData) => {
      await steps.run('stopped', () => stack.stop());
      await removeUnless(keepData, directory);
    },
  };
}

async function removeUnless(keep: boolean, directory: string): Promise<void> {
  if (!keep) rmSync(directory, { recursive: true, force: true });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../local/ports.js';
import { eventually } from './eventually.js';

const binary = (process.env.PATH ?? '')
  .split(path.delimiter)
  .map((directory) => path.join(directory, 'redis-server'))
  .find((file) => existsSync(file));

/** Whether there is a Redis here to test with: it is optional for the product, and no package brings one. */
export const hasRedis = binary !== undefined;

export interface TestRedis {
  url: string;
  /** Ends it at once; what it held is gone. */
  kill(): Promise<void>;
  /** Starts it again at the same place, empty. */
  start(): Promise<void>;
}

/** A Redis of the test's own, which it may kill. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-redis-'));
  let child: ReturnType<typeof spawn> | undefined;
  const start = async () => {
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
    child = spawn(binary as string, words, { stdio: 'ignore' });
    await eventually(() => answers(port));
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => resolve(true));
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
  });

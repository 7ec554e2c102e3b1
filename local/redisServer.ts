import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { firstOnPath } from './cachedPrograms.js';
import { freePort } from './ports.js';

const binary = firstOnPath('redis-server');
const readyWithinMs = 30_000;

/** Whether there is a Redis here to start: it is optional for the product, and no package brings one. */
export const hasRedis = binary !== undefined;

export interface RedisServer {
  url: string;
  readonly pid: number | undefined;
  /** Ends it at once; what it held is gone. */
  kill(): Promise<void>;
  /** Starts it again at the same place, empty. */
  start(): Promise<void>;
}

/** A Redis of one's own, which may be killed. Ends with whoever started it only where that kills it. */
export async function startRedis(): Promise<RedisServer> {
  if (!binary) throw new Error('there is no redis-server on this machine');
  const port = await freePort();
  let child: ReturnType<typeof spawn> | undefined;
  const start = async () => {
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', os.tmpdir()];
    child = spawn(binary, words, { stdio: 'ignore' });
    const giveUpAt = Date.now() + readyWithinMs;
    while (!(await answers(port))) {
      if (Date.now() > giveUpAt) throw new Error(`Redis did not answer within ${readyWithinMs / 1_000} s`);
      await delay(25);
    }
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child?.pid;
    },
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

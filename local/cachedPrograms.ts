/** Programs that are not part of the checkout and are made once on a machine: built with Go, or downloaded. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LockedError, takeLock } from './lock.js';

const progressEveryMs = 15_000;

/** Outside the checkout, so that a new clone need not build again. */
export const cacheDirectory = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'postrider');

export type Say = (text: string) => void;

export function firstOnPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((directory) => path.join(directory, name))
    .find((file) => existsSync(file));
}

/** Runs `make` unless `isThere`; of several at once one works and the others wait. Throws where it made nothing of use. */
export async function once(directory: string, isThere: () => boolean, make: () => Promise<void>): Promise<void> {
  mkdirSync(directory, { recursive: true });
  while (!isThere()) {
    const release = tryLock(`${directory}.lock`);
    if (!release) {
      await delay(500);
      continue;
    }
    try {
      // Somebody may have made it between the look and the lock.
      if (!isThere()) await make();
      if (!isThere())
        throw new Error(
          `what was put into ${directory} does not run on this machine: remove it, or set TEMPORAL_ADDRESS to a running server`,
        );
    } finally {
      release();
    }
  }
}

function tryLock(file: string): (() => void) | undefined {
  try {
    return takeLock(file);
  } catch (error) {
    if (error instanceof LockedError) return undefined;
    throw error;
  }
}

/** Builds programs of Go modules (`module/path@version`) into a directory. Throws with the end of the log. */
export async function buildWithGo(directory: string, packages: string[], say: Say): Promise<void> {
  const startedAt = Date.now();
  say(`building ${packages.join(', ')} with Go: once, some 3 to 5 minutes`);
  const progress = setInterval(
    () => say(`still building with Go, ${Math.round((Date.now() - startedAt) / 1_000)} s so far`),
    progressEveryMs,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      let log = '';
      const go = spawn('go', ['install', ...packages], {
        cwd: os.tmpdir(),
        env: { ...process.env, GOBIN: directory, GOFLAGS: '-mod=mod' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      go.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-2_000)));
      go.once('error', reject);
      go.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the build with Go failed:\n${log}`))));
    });
  } finally {
    clearInterval(progress);
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { onlyBench } from '../../bench/onlyBench.js';
import { identityOf } from '../../local/processIdentity.js';

it('a second bench is refused while one runs, by its pid, and not once that was killed', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-only-'));
  const lock = path.join(directory, 'lock');
  const first = spawn('sleep', ['60']);
  writeFileSync(lock, JSON.stringify(identityOf(first.pid as number)));
  expect(() => onlyBench(lock)).toThrow(`another bench runs on this machine (pid ${first.pid})`);
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(() => onlyBench(lock)).not.toThrow();
  expect(() => onlyBench(lock)).toThrow(`(pid ${process.pid})`);
  rmSync(directory, { recursive: true });
});

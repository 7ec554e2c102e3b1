import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LockedError, takeLock } from '../../local/lock.js';
import { identityOf } from '../../local/processIdentity.js';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'postrider-lock-'));
  file = path.join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a lock', () => {
  test('is refused while its holder runs, by its pid, and given after it was given back', () => {
    const release = takeLock(file);
    expect(() => takeLock(file)).toThrow(new LockedError(file, process.pid).message);
    release();
    takeLock(file)();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('passes on when its holder has died', async () => {
    const holder = spawn('sleep', ['60']);
    writeFileSync(file, JSON.stringify(identityOf(holder.pid as number)));
    expect(() => takeLock(file)).toThrow(LockedError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    takeLock(file)();
  });

  test('is not kept by another process that was given the pid of its holder', () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: 'earlier' }));
    takeLock(file)();
  });

  test('is not kept by a file that somebody cut short', () => {
    writeFileSync(file, '');
    takeLock(file)();
  });

  test('is not given back by one who no longer holds it', () => {
    const release = takeLock(file);
    rmSync(file);
    writeFileSync(file, JSON.stringify({ pid: 1, startedAt: 'another' }));
    release();
    expect(existsSync(file)).toBe(true);
  });
});

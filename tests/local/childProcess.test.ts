import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ChildOptions, type SupervisedChild, startChild } from '../../local/childProcess.js';
import { eventually } from '../support/eventually.js';

let directory: string;
let said: string[];
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'postrider-child-'));
  said = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const logFile = () => path.join(directory, 'child.log');
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

function start(program: string, options: Partial<ChildOptions> = {}): Promise<SupervisedChild<{ url?: string }>> {
  const file = path.join(directory, 'program.js');
  writeFileSync(file, program);
  return startChild({ name: 'child', file, logFile: logFile(), say: (text) => said.push(text), ...options });
}
const ready = "process.on('disconnect', () => process.exit()); process.send({event: 'ready', url: 'u'});";

describe('a supervised child', () => {
  test('is ready when it says so, and is gone after it was stopped', async () => {
    const child = await start(ready, { env: { ROLES: 'x' } });
    const pid = child.pid() as number;
    expect(child.ready.url).toBe('u');
    await child.stop();
    expect(isAlive(pid)).toBe(false);
    expect(said).toEqual([]);
  });

  test('is started again when it dies, and its supervisor says so', async () => {
    const child = await start(ready);
    const first = child.pid() as number;
    process.kill(first, 'SIGKILL');
    const second = await eventually(() => child.pid() !== first && child.pid());
    expect(said).toEqual([`child ended with SIGKILL: starting it again; its log is ${logFile()}`]);
    await child.stop();
    expect(isAlive(second)).toBe(false);
  });

  test('that was stopped stays so, also between two lives', async () => {
    const child = await start(ready);
    process.kill(child.pid() as number, 'SIGKILL');
    await eventually(() => said.length > 0);
    const last = child.pid();
    await child.stop();
    expect(child.pid()).toBe(last);
  });

  test('that can not start tells why, in the last words of its log, and is not tried again', async () => {
    await expect(start("console.error('DATABASE_URL is not set'); process.exit(2)")).rejects.toThrow(
      /child did not start: it ended with code 2\nDATABASE_URL is not set/,
    );
    expect(said).toEqual([]);
  });

  test('that is never ready is given up in time, and not left running', async () => {
    const file = path.join(directory, 'pid');
    await expect(
      start(`require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1e6)`, {
        readyWithinMs: 1_000,
      }),
    ).rejects.toThrow('not ready within 1 s');
    expect(isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
  });

  test('leaves the log of the run before beside the new one', async () => {
    await (await start(`console.log('first'); ${ready}`)).stop();
    await (await start(`console.log('second'); ${ready}`)).stop();
    expect(readFileSync(logFile(), 'utf8')).toBe('second\n');
    expect(readFileSync(`${logFile()}.1`, 'utf8')).toBe('first\n');
  });
});

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { logBacklogBytesMax } from '../../domain/limits.js';
import { createLogger } from '../../platform/logger.js';

const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-logger-'));
const files: number[] = [];
function open(file: string, flags: string): number {
  const fd = openSync(file, flags);
  files.push(fd);
  return fd;
}
afterEach(() => {
  for (const fd of files.splice(0)) closeSync(fd);
  rmSync(directory, { recursive: true, force: true });
});

describe('a log whose disk is full', () => {
  it('ends nobody: lines beyond what is kept are dropped, and each is told', () => {
    let dropped = 0;
    const fd = open('/dev/full', 'w');
    const logger = createLogger('info', {}, undefined, {
      fd,
      onDropped: () => {
        dropped += 1;
      },
    });
    const lineBytes = 1_000;
    const lines = (2 * logBacklogBytesMax) / lineBytes;
    for (let n = 0; n < lines; n++) logger.info({ event: 'process.ready', filler: 'x'.repeat(lineBytes) });
    expect(dropped).toBeGreaterThan(lines / 3);
    expect(dropped).toBeLessThan(lines);
  });

  it('has every line where there is room', () => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'postrider-logger-')), 'log');
    const logger = createLogger('info', { roles: 'server' }, undefined, { fd: open(file, 'a') });
    for (const port of [1, 2]) logger.info({ event: 'process.ready', port, token: 'secret' });
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'process.ready', port: 1, token: '[redacted]' },
      { event: 'process.ready', port: 2 },
    ]);
    rmSync(path.dirname(file), { recursive: true });
  });
});

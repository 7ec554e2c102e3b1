import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { watchForIncurable } from '../../local/incurable.js';

const everyMs = 1_000;
let directory: string;
let log: string;
let found: number;
let stop: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  directory = mkdtempSync(path.join(tmpdir(), 'postrider-incurable-'));
  log = path.join(directory, 'service.log');
  writeFileSync(log, 'before: stuck\nbefore: stuck\n');
  found = 0;
  stop = watchForIncurable(log, 'stuck', () => (found += 1), everyMs);
});
afterEach(() => {
  if (found === 0) stop();
  jest.useRealTimers();
  rmSync(directory, { recursive: true });
});

function looks(...texts: string[]): void {
  for (const text of texts) {
    appendFileSync(log, text);
    jest.advanceTimersByTime(everyMs);
  }
}

test('a service is incurable that says so in three looks, and is told of once', () => {
  looks('stuck\n', 'it is stuck\n');
  expect(found).toBe(0);
  looks('stuck\n', 'stuck\n', 'stuck\n');
  expect(found).toBe(1);
});

test('one that recovers in between is not, nor is one that says nothing more, or something else', () => {
  looks('stuck\n', 'stuck\n', 'fine\n', 'stuck\n', 'stuck\n', '', '', '', 'another\n', 'another\n', 'another\n');
  expect(found).toBe(0);
});

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { transformFileSync } from '@swc/core';

const root = join(__dirname, '../..');
const children: ChildProcess[] = [];
let compiled: string;

// The process is tested from its source, so that a stale build can neither pass nor fail this test.
beforeAll(() => {
  compiled = mkdtempSync(join(tmpdir(), 'simulator-process-'));
  writeFileSync(join(compiled, 'package.json'), '{"type":"commonjs"}');
  for (const file of readdirSync(join(root, 'simulator')).filter((name) => name.endsWith('.ts'))) {
    const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } } as const;
    writeFileSync(join(compiled, file.replace(/ts$/, 'js')), transformFileSync(join(root, 'simulator', file), options).code);
  }
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(compiled, { recursive: true }));

test('it prints one line when ready, tells its parent, answers, and ends cleanly on SIGTERM', async () => {
  const child = start('--port', '0');
  const output = collect(child.stdout);
  const [message] = (await once(child, 'message')) as [{ event: string; url: string }];
  expect(message).toEqual({ event: 'ready', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  expect(await (await fetch(`${message.url}/_control/health`)).json()).toMatchObject({ status: 'ok', accepted: 0 });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await output).toBe(`{"event":"simulator.ready","url":"${message.url}"}\n`);
});

test('it ends when its parent is gone', async () => {
  const child = start('--port', '0');
  await once(child, 'message');
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  [['--port', 'http'], '--port must be a whole number'],
  [['--port', '70000'], '--port must be a whole number'],
  [['--callbacks', 'arrived:5'], "--callbacks must list status:milliseconds with Twilio's statuses"],
  [['--verbose'], "Unknown option '--verbose'"],
  [['4010'], "Unexpected argument '4010'"],
])('%j is refused with one sentence, an example and exit code 2', async (args, sentence) => {
  const child = start(...args);
  const complaint = collect(child.stderr);
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(await complaint).toMatch(/^[^\n]*, for example: node dist\/simulator\/main\.js [^\n]*\n$/);
  expect(await complaint).toContain(sentence);
});

test('a port that is taken is told in one sentence, with exit code 1', async () => {
  const first = start('--port', '0');
  const [{ url }] = (await once(first, 'message')) as [{ url: string }];
  const second = start('--port', new URL(url).port);
  const complaint = collect(second.stderr);
  expect(await once(second, 'exit')).toEqual([1, null]);
  expect(await complaint).toMatch(/^The simulator cannot start: listen EADDRINUSE[^\n]*\n$/);
});

function start(...args: string[]): ChildProcess {
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };
  const child = fork(join(compiled, 'main.js'), args, { silent: true, env, execArgv: [] });
  children.push(child);
  return child;
}

async function collect(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

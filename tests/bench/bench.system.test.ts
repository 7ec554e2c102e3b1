import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDirectory } from '../support/database.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ workspaces: 5 });
}, 120_000);
afterAll(() => system.stop(), 60_000);

function bench(words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = path.join(__dirname, '../../dist/bench/main.js');
  // A folder of its own for what is temporary, and so a lock of its own: who measures this machine meanwhile is not asked.
  const env = { ...process.env, TMPDIR: testDirectory() };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { env, maxBuffer: 10_000_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('npm run bench', () => {
  it('drives a running system at the nominal rate, and its one line of JSON adds up', async () => {
    const { url, simulatorUrl, databaseUrl, workspaces } = system;
    const target = ['--url', url, '--simulator', simulatorUrl as string, '--database', databaseUrl];
    const keys = ['--api-keys', workspaces.map(({ apiKey }) => apiKey).join(',')];
    const { code, stdout, stderr } = await bench(['nominal', '--quick', '--json', '--seconds', '3', ...target, ...keys]);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const line = JSON.parse(stdout);
    const messages = 3 * 28;
    expect(line).toMatchObject({
      profile: 'nominal',
      ratePerSecond: 28,
      workspaces: 5,
      sockets: 5,
      faults: [],
      answers: { 202: messages },
      tally: { messages, accepted: messages, delivered: messages, refused: 0, failed: 0, unfinished: 0, lost: 0, doubled: 0 },
      machine: { node: process.version },
    });
    for (const times of [line.acceptMs, line.acceptToProviderMs, line.acceptToDeliveredMs, line.acceptToSocketMs])
      expect(times.p99).toBeGreaterThan(0);
    expect(line.acceptToDeliveredMs.p50).toBeGreaterThanOrEqual(line.acceptToProviderMs.p50);
    // The ledger has them and those of the warm-up: five first ones, and one more each for all but the first, and so on.
    const warmUp = 5 + (1 + 2 + 3 + 4);
    expect(await system.ledger('Hello, your parcel')).toHaveLength(messages + warmUp);
  }, 60_000);

  it('that names no profile, or no system that is there, measures nothing', async () => {
    expect(await bench(['nominel'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('there is no profile nominel') });
    const nowhere = ['--url', 'http://127.0.0.1:9', '--simulator', 'http://127.0.0.1:9', '--database', 'postgresql://127.0.0.1:9/none'];
    expect(await bench(['nominal', '--json', ...nowhere, '--api-keys', system.workspace.apiKey])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('there is no Postrider at http://127.0.0.1:9'),
    });
  });
});

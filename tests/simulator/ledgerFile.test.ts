import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from './eventually.js';
import { openStage, recipient, type Stage } from './stage.js';

let folder: string;
let ledgerFile: string;
const open: Stage[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-ledger-'));
  ledgerFile = join(folder, 'new', 'ledger.jsonl');
});
afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close();
  rmSync(folder, { recursive: true });
});

test('accepted messages and their ends survive a restart, and numbers go on', async () => {
  const before = await start();
  const { sid } = await before.send();
  await eventually('delivered', async () => (await before.client.messages(sid).fetch()).status === 'delivered');
  const { json: ledger } = await before.control('GET', '/ledger');
  await before.simulator.close();

  const after = await start();
  expect((await after.control('GET', '/ledger')).json).toEqual(ledger);
  const [found] = await after.client.messages.list({ to: recipient });
  expect(found).toMatchObject({ sid, status: 'delivered', dateSent: expect.any(Date) });
  await after.send();
  expect((await after.control('GET', '/ledger?since=1')).json.entries).toMatchObject([{ n: 2 }]);
});

test('a message cut off by a restart ends as planned, without callbacks', async () => {
  const before = await start();
  await before.control('POST', '/rules', {
    action: { callbacks: { statuses: [{ status: 'undelivered', delayMs: 300, errorCode: 30005 }] } },
  });
  const { sid } = await before.send();
  await before.simulator.close();

  const after = await start();
  await eventually('undelivered', async () => (await after.client.messages(sid).fetch()).errorCode === 30005);
  expect([...before.receiver.received, ...after.receiver.received]).toEqual([]);
});

test('an accept is in the file before the client hears of it', async () => {
  const stage = await start();
  const { sid } = await stage.send();
  expect(JSON.parse(readFileSync(ledgerFile, 'utf8'))).toMatchObject({ n: 1, sid, to: recipient, body: 'Hello', validityPeriodS: 36_000 });
});

test('the token of an account is never written', async () => {
  const stage = await start();
  await stage.send();
  expect(readFileSync(ledgerFile, 'utf8')).not.toContain('ffff');
});

test('a line torn by a crash is dropped, and the next one stands alone', async () => {
  const before = await start();
  await before.send();
  await before.simulator.close();
  appendFileSync(ledgerFile, '{"n":2,"sid":"SM');

  const after = await start();
  await after.send();
  const lines = readFileSync(ledgerFile, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).n)).toEqual([1, 2]);
});

test('a cleared ledger is empty after a restart too', async () => {
  const before = await start();
  await before.send();
  expect((await before.control('DELETE', '/ledger')).json).toEqual({ deleted: 1 });
  await before.simulator.close();
  expect((await (await start()).control('GET', '/ledger')).json).toEqual({ entries: [], total: 0 });
});

async function start(): Promise<Stage> {
  const stage = await openStage({ ledgerFile });
  open.push(stage);
  return stage;
}

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { freePort } from '../../local/ports.js';
import { startTemporalDevServer, type TemporalDevServer } from '../../local/temporalDevServer.js';
import { eventually } from '../support/eventually.js';

let root: string;
let running: TemporalDevServer[];
let said: string[];
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'postrider-temporal-'));
  running = [];
  said = [];
});
afterEach(async () => {
  for (const server of running) await server.stop();
  rmSync(root, { recursive: true });
});

async function start(name: string, port: number): Promise<TemporalDevServer> {
  const server = await startTemporalDevServer({
    directory: path.join(root, name),
    port,
    uiPort: await freePort(),
    namespace: 'default',
    logFile: path.join(root, `${name}.log`),
    say: (text) => said.push(text),
  });
  running.push(server);
  return server;
}

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

describe('the development server of Temporal', () => {
  test('takes a workflow with our search attributes at once, and has it still after kill -9, from which it comes back by itself', async () => {
    const server = await start('data', await freePort());
    const { pid } = server;
    const workflowId = 'msg/w/1';
    await withClient(server.address, (client) =>
      client.workflow.start('anything', { taskQueue: 'nobody', workflowId, searchAttributes: { WorkspaceId: ['w'], Lane: ['high'] } }),
    );
    process.kill(pid, 'SIGKILL');
    const found = await eventually(
      () =>
        withClient(server.address, (client) => client.workflow.getHandle(workflowId).describe()).catch((error: unknown) => {
          if (error instanceof WorkflowNotFoundError) throw error;
          return undefined;
        }),
      30_000,
    );
    expect(found.status.name).toBe('RUNNING');
    expect(server.pid).not.toBe(pid);
    expect(said).toContain('Temporal was killed by SIGKILL: starting it again');
  }, 60_000);

  test('is started again where its database answers nothing any more, though it lives', async () => {
    const server = await start('data', await freePort());
    const { pid } = server;
    const saying = setInterval(() => appendFileSync(path.join(root, 'data.log'), 'GetNamespace failed. Error: interrupted (9)\n'), 500);
    try {
      await eventually(() => server.pid !== pid);
    } finally {
      clearInterval(saying);
    }
    expect(said).toContain('Temporal was ended: its log said “Error: interrupted (9)” again and again: starting it again');
    await eventually(() => withClient(server.address, (client) => client.workflowService.getSystemInfo({})).catch(() => undefined));
  }, 60_000);

  test('is refused a port that is taken and a file that another one works on', async () => {
    const port = await freePort();
    await start('data', port);
    await expect(start('other', port)).rejects.toThrow(`port ${port} for Temporal is taken by`);
    await expect(start('data', await freePort())).rejects.toThrow(/Temporal already runs on .*temporal\.db, for pid \d+/);
  }, 60_000);
});

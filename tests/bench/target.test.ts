import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { assertThere } from '../../bench/target.js';

const servers: http.Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function answering(answers: Record<string, [status: number, body: string]>): Promise<string> {
  const server = http.createServer((request, response) => {
    const [status, body] = answers[request.url ?? ''] ?? [404, ''];
    response.writeHead(status, { connection: 'close' }).end(body);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closed(): Promise<string> {
  const url = await answering({});
  servers.pop()?.close();
  return url;
}

const ready: [number, string] = [200, '{"status":"ready"}'];
const system = { databaseUrl: 'postgresql://127.0.0.1:1/postrider', apiKeys: ['pr_0123456789_and_more'] };

it('a bench of a system that is not there says so, rather than that it took no time', async () => {
  const nothing = await closed();
  const simulator = await answering({ '/_control/health': [200, '{}'] });
  const product = await answering({ '/readyz': ready, '/v1/queues': [401, '{}'] });
  const cases: [string, Promise<void>][] = [
    [`there is no Postrider at ${nothing}/readyz`, assertThere({ ...system, url: nothing, simulatorUrl: simulator })],
    [
      `at ${simulator} there is no Postrider that is ready: GET /readyz answered 404`,
      assertThere({ ...system, url: simulator, simulatorUrl: simulator }),
    ],
    [`there is no simulator at ${nothing}`, assertThere({ ...system, url: product, simulatorUrl: nothing })],
    [`at ${product} there is no simulator`, assertThere({ ...system, url: product, simulatorUrl: product })],
    ['GET /v1/queues answered 401 for pr_012345678…', assertThere({ ...system, url: product, simulatorUrl: simulator })],
  ];
  for (const [message, looked] of cases) await expect(looked).rejects.toThrow(message);
  const degraded = await answering({ '/readyz': [200, '{"status":"degraded"}'] });
  await expect(assertThere({ ...system, url: degraded, simulatorUrl: simulator })).rejects.toThrow('answered 200 (degraded)');
  const open = await answering({ '/readyz': ready, '/v1/queues': [200, '{}'] });
  await expect(assertThere({ ...system, url: open, simulatorUrl: simulator })).rejects.toThrow('--database is not the database');
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { percentiles } from '../../load/percentiles.js';
import { connectSocket, inBatches, ListeningSockets, type SocketPlace } from '../../load/sockets.js';
import { freePort } from '../../local/ports.js';
import { hasRedis, type RedisServer, startRedis } from '../../local/redisServer.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const workspaces = 1_000;
const socketsEach = 5;
const eventsPerSecond = 100;
const seconds = 60;
const cycles = 10_000;
const cyclesAtOnce = 50;
/** What a heap may have grown by: less than a hundredth of what 10,000 kept connections would take. */
const grownBytesMax = 20_000_000;

let system: System;
let redis: RedisServer | undefined;
let urls: string[];
const report: string[] = [];

beforeAll(async () => {
  redis = hasRedis ? await startRedis() : undefined;
  const port = await freePort();
  system = await startSystem({
    workspaces,
    ...(redis && { env: { REDIS_URL: redis.url } }),
    processes: [
      { name: 'front', roles: 'server,messages,sends' },
      { name: 'second', roles: 'server', env: { PORT: String(port) }, file: path.join(__dirname, '../support/collectsGarbage.cjs') },
      { name: 'back', roles: 'sends,limiter,maintenance' },
    ],
  });
  urls = [system.url, `http://127.0.0.1:${port}`];
}, 300_000);
afterAll(async () => {
  await system.stop();
  await redis?.kill();
  if (report.length === 0) return;
  const reports = path.join(__dirname, '../../docs/reports');
  mkdirSync(reports, { recursive: true });
  const where = `${os.cpus().length} cores (${os.cpus()[0]?.model}), Node ${process.version}, Temporal's development server, embedded Postgres, ${redis ? 'Redis' : 'without Redis'}, all clients in one more process`;
  writeFileSync(
    path.join(reports, 'sockets.md'),
    `# Sockets\n\nBy \`npm run test:scale -- --testPathPatterns tests/paths/sockets\`, on ${where}\n\n${report.join('\n\n')}\n`,
  );
}, 120_000);

const cpuSeconds = (name: string): number => {
  const fields =
    readFileSync(`/proc/${system.processes.get(name)?.pid()}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const figure = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
};
const megabytes = (bytes: number) => Math.round(bytes / 1_000_000);

describe(`${workspaces} workspaces with ${socketsEach} sockets each, on two servers`, () => {
  it(`hear ${eventsPerSecond} events a second`, async () => {
    const places: SocketPlace[] = [];
    await inBatches(system.workspaces, 20, async (workspace, index) => {
      const { body } = await system.send({ to: `+1212555${String(index).padStart(4, '0')}`, body: 'hello' }, `first-${index}`, workspace);
      await system.message(body.id, ['delivered'], { as: workspace, withinMs: 60_000 });
      places.push({ id: workspace.id, apiKey: workspace.apiKey, conversationIds: [body.conversationId] });
    });
    const sockets = new ListeningSockets(urls);
    await sockets.open(places, socketsEach);
    sockets.take();
    const before = { front: cpuSeconds('front'), second: cpuSeconds('second') };
    const startedAt = Date.now();
    const messagesPerSecond = eventsPerSecond / 4;
    const sends: Promise<unknown>[] = [];
    for (let sent = 0; sent < messagesPerSecond * seconds; sent++) {
      await delay(Math.max(0, startedAt + (sent / messagesPerSecond) * 1_000 - Date.now()));
      const index = (sent * 7) % workspaces;
      const to = `+1212555${String(index).padStart(4, '0')}`;
      sends.push(system.send({ to, body: `tick ${sent}` }, `tick-${sent}`, system.workspaces[index] as DemoWorkspace));
    }
    await Promise.all(sends);
    await eventually(() => sockets.heardCount >= messagesPerSecond * seconds * 3 * socketsEach, 60_000, 500);
    const tookS = (Date.now() - startedAt) / 1_000;
    const lateMs = sockets.take().map(({ heardAtMs, storedAtMs }) => heardAtMs - storedAtMs);
    const { p50, p95, p99 } = percentiles(lateMs);
    const rows = await Promise.all(
      ['front', 'second'].map(async (name, index) => {
        const cores = ((cpuSeconds(name) - before[name as 'front']) / tookS).toFixed(2);
        return `| ${name} | ${cores} | ${megabytes(await figure(urls[index] as string, 'process_resident_memory_bytes'))} |`;
      }),
    );
    report.push(
      `${sockets.count} sockets of ${workspaces} workspaces. Messages for ${eventsPerSecond} events a second were accepted for ${seconds} s; ${lateMs.length} events heard in ${tookS.toFixed(0)} s, ${Math.round(lateMs.length / socketsEach / tookS)} different ones a second.\n\n| from the stored event to the client | ms |\n|---|---|\n| p50 | ${p50} |\n| p95 | ${p95} |\n| p99 | ${p99} |\n\n| server | cores | MB |\n|---|---|---|\n${rows.join('\n')}\n\n\`front\` runs the messages too.`,
    );
    expect(sockets.connected).toBe(workspaces * socketsEach);
    sockets.close();
  }, 1_200_000);

  it(`leave nothing behind after ${cycles} connections that came and went`, async () => {
    const url = urls[1] as string;
    const cycle = (count: number) =>
      inBatches(
        Array.from({ length: count }, (_, index) => index),
        cyclesAtOnce,
        async (index) => {
          const socket = await connectSocket(system.workspaces[index % workspaces] as DemoWorkspace, url);
          socket.close();
        },
      );
    const heap = async () => {
      await eventually(async () => (await figure(url, 'postrider_sockets_connected')) === 0, 60_000);
      process.kill(system.processes.get('second')?.pid() as number, 'SIGUSR2');
      await delay(5_000);
      return figure(url, 'nodejs_heap_size_used_bytes');
    };
    await cycle(cycles / 5);
    const before = await heap();
    await cycle(cycles);
    const after = await heap();
    const left = { namespaces: await figure(url, 'postrider_socket_namespaces'), rooms: await figure(url, 'postrider_socket_rooms') };
    report.push(
      `${cycles} connections that came and went: heap ${megabytes(before)} MB before and ${megabytes(after)} MB after; ${left.namespaces} namespaces and ${left.rooms} rooms left.`,
    );
    expect(left).toEqual({ namespaces: 0, rooms: 0 });
    expect(after - before).toBeLessThan(grownBytesMax);
  }, 1_200_000);
});

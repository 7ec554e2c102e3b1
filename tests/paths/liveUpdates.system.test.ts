import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import { type Follower, follow } from '../../load/follower.js';
import { type Cable, layCable } from '../../local/cable.js';
import { freePort } from '../../local/ports.js';
import { hasRedis, type RedisServer, startRedis } from '../../local/redisServer.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let redis: RedisServer;
let cable: Cable;
let secondUrl: string;

// Redis is optional for the product and no package brings one, so these run where there is a redis-server.
const withRedis = hasRedis ? describe : describe.skip;

beforeAll(async () => {
  if (!hasRedis) return;
  redis = await startRedis();
  const port = await freePort();
  secondUrl = `http://127.0.0.1:${port}`;
  system = await startSystem({
    env: { REDIS_URL: redis.url },
    processes: [
      { name: 'front', roles: 'server,messages,sends' },
      { name: 'second', roles: 'server', env: { PORT: String(port) } },
      { name: 'back', roles: 'limiter,maintenance' },
    ],
  });
  cable = await layCable(system.url);
}, 90_000);
afterAll(async () => {
  await cable?.close();
  await system?.stop();
  await redis?.kill();
}, 60_000);

const connect = (url: string, name: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { id, apiKey } = system.workspace;
    const socket = io(`${url}/workspace/${id}`, { transports: ['websocket'], auth: { token: apiKey, name }, forceNew: true });
    socket.once('connect', () => resolve(socket)).once('connect_error', reject);
  });

withRedis('two servers with a Redis between them', () => {
  it('bring each event once and in order to every client, though a server, then Redis, then the network fails', async () => {
    const { id: workspaceId, apiKey: key, senders } = system.workspace;
    const contacts = ['+12125550170', '+12125550171', '+12125550172'];
    const first = await Promise.all(contacts.map((to) => system.send({ to, body: 'live 0' })));
    for (const { body } of first) await system.message(body.id, ['delivered']);
    const conversations = first.map(({ body }) => body.conversationId as string);
    const followers: Follower[] = conversations.flatMap((conversationId) =>
      [[system.url], [secondUrl, system.url], [cable.url]].map((urls) => follow(urls, { workspaceId, key, conversationId, afterSeq: 0 })),
    );
    try {
      await eventually(() => followers.every((follower) => follower.opened()));
      let going = true;
      let sent = 0;
      const load = Promise.all(
        contacts.map(async (to) => {
          while (going) {
            await system.send({ to, from: senders[0], body: `live ${sent++}` }).catch(() => undefined);
          }
        }),
      );
      const heardMore = async () => {
        const before = followers.map(({ heard }) => heard.length);
        await eventually(() => followers.every(({ heard }, index) => heard.length > (before[index] ?? 0) + 2), 30_000);
      };
      await heardMore();
      const pid = system.processes.get('second')?.pid() as number;
      process.kill(pid, 'SIGKILL');
      await heardMore();
      await redis.kill();
      await heardMore();
      cable.cut();
      const uncut = followers.filter((_, index) => index % 3 !== 2);
      const before = uncut.map(({ heard }) => heard.length);
      await eventually(() => uncut.every(({ heard }, index) => heard.length > (before[index] ?? 0) + 2), 30_000);
      cable.mend();
      await heardMore();
      await redis.start();
      await heardMore();
      going = false;
      await load;

      const stored = await eventually(async () => {
        const rows = await sql<{ contact_id: string; seq: string; ended: boolean }>(
          system.databaseUrl,
          `select contact_id, seq, not exists (select 1 from message where status <> 'delivered') as ended
           from message_event order by seq`,
        );
        return rows[0]?.ended && rows;
      }, 60_000);
      for (const [index, { heard }] of followers.entries()) {
        const conversationId = conversations[Math.floor(index / 3)];
        const wanted = stored.filter((row) => row.contact_id === conversationId).map(({ seq }) => Number(seq));
        await eventually(() => heard.length >= wanted.length);
        expect(heard.map(({ seq }) => seq)).toEqual(wanted);
        // Each names the one before it, so a client can tell by itself.
        heard.slice(1).forEach((event, place) => expect(event.prev).toBe(heard[place]?.seq));
      }
    } finally {
      for (const follower of followers) follower.close();
    }
  }, 120_000);

  it('tell people who look at one conversation of each other, over both servers', async () => {
    const { body } = await system.send({ to: '+12125550173', body: 'who answers?' });
    const { conversationId } = body;
    await system.message(body.id, ['delivered']);
    await eventually(
      () =>
        fetch(`${secondUrl}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      30_000,
    );
    const [ana, ben] = await Promise.all([connect(system.url, 'Ana'), connect(secondUrl, 'Ben')]);
    const heard: { by: string; name: string; state: string }[] = [];
    for (const [by, socket] of [
      ['Ana', ana],
      ['Ben', ben],
    ] as const)
      socket.on('conversation:presence', ({ name, state }) => heard.push({ by, name, state }));
    for (const socket of [ana, ben]) {
      await socket.emitWithAck('conversation:open', { conversationId });
      expect(await socket.emitWithAck('conversation:viewing', { conversationId, viewing: true })).toEqual({ ok: true });
    }
    await eventually(() => heard.some(({ by, name }) => by === 'Ben' && name === 'Ana'));
    await eventually(() => heard.some(({ by, name }) => by === 'Ana' && name === 'Ben'));

    await ana.emitWithAck('conversation:typing', { conversationId, typing: true });
    await eventually(() => heard.some(({ by, name, state }) => by === 'Ben' && name === 'Ana' && state === 'typing'));
    ana.close();
    await eventually(() => heard.some(({ by, name, state }) => by === 'Ben' && name === 'Ana' && state === 'left'));
    // Nobody hears of themselves.
    expect(heard.filter(({ by, name }) => by === name)).toEqual([]);
    ben.close();
  }, 60_000);

  it('say that live updates are delayed while Redis is away, and bring them all the same', async () => {
    const socket = await connect(system.url, 'Cleo');
    const states: { delayed: boolean }[] = [];
    socket.on('live:state', (state) => states.push(state));
    await redis.kill();
    await eventually(() => states.at(-1)?.delayed === true);
    const late = await connect(system.url, 'Dana');
    const lateStates: { delayed: boolean }[] = [];
    late.on('live:state', (state) => lateStates.push(state));
    const events: { status: string }[] = [];
    late.on('message:status', (event) => events.push(event));
    const sent = await late.emitWithAck('message:outbound', { to: '+12125550174', body: 'without Redis' });
    expect(sent).toMatchObject({ ok: true });
    await eventually(() => events.some(({ status }) => status === 'delivered'));
    await redis.start();
    await eventually(() => states.at(-1)?.delayed === false, 20_000);
    socket.close();
    late.close();
  }, 60_000);
});

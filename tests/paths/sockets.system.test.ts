import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { socketHeartbeatMs, socketPongTimeoutMs, socketsPerWorkspaceMax } from '../../domain/socketLimits.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
const opened: Socket[] = [];
/** Of a client that died without a word: it takes what comes and says nothing. */
let dead: Socket;

beforeAll(async () => {
  system = await startSystem({ workspaces: 4 });
  ({ socket: dead } = await connect(system.workspace));
  dead.io.engine.transport.send = () => undefined;
}, 60_000);
afterAll(async () => {
  for (const socket of opened) socket.close();
  await system.stop();
}, 60_000);

/** A socket as it is, with what its handshake came to: `connected`, or the refusal's code. */
async function attempt(namespace: string, auth: Record<string, unknown>, url = system.url): Promise<{ socket: Socket; answer: string }> {
  const socket = io(url + namespace, { transports: ['websocket'], auth, forceNew: true, reconnection: false });
  opened.push(socket);
  const answer = await new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error) => resolve((error as { data?: { code: string } }).data?.code ?? error.message));
  });
  return { socket, answer };
}
const connect = ({ id, apiKey }: DemoWorkspace, more: Record<string, unknown> = {}) =>
  attempt(`/workspace/${id}`, { token: apiKey, ...more });
const ask = (socket: Socket, name: string, payload?: unknown) => socket.timeout(5_000).emitWithAck(name, payload);
const gauge = async (name: string): Promise<number> => {
  const { body } = await system.request('GET', '/metrics');
  return Number(new RegExp(`^postrider_${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(body)?.[1]);
};

describe('a connection', () => {
  it.each([
    ['without a key', {}, 'unauthorized'],
    ['with half a key', { token: 'pr_12' }, 'unauthorized'],
    ['with something else than a text', { token: { $ne: null } }, 'unauthorized'],
  ])('%s is refused, with the reason', async (_what, auth, code) => {
    expect((await attempt(`/workspace/${system.workspace.id}`, auth)).answer).toBe(code);
  });

  it('with the key of another workspace is refused, and so is one outside of any workspace', async () => {
    const [mine, other] = system.workspaces as [DemoWorkspace, DemoWorkspace];
    expect((await attempt(`/workspace/${mine.id}`, { token: other.apiKey })).answer).toBe('unauthorized');
    expect((await attempt('/', { token: mine.apiKey })).answer).toBe('not_found');
    expect((await attempt('/workspace/none', { token: mine.apiKey })).answer).toBe('Invalid namespace');
  });

  it('ends within seconds when its key is revoked, and is told why', async () => {
    const workspace = system.workspaces[1] as DemoWorkspace;
    const { socket, answer } = await connect(workspace);
    expect(answer).toBe('connected');
    const told: unknown[] = [];
    socket.on('session:ended', (event) => told.push(event));
    await sql(system.databaseUrl, 'update api_key set revoked_at = now() where workspace_id = $1', [workspace.id]);
    await eventually(() => !socket.connected, 10_000);
    expect(told).toEqual([{ code: 'key_revoked' }]);
    expect((await connect(workspace)).answer).toBe('unauthorized');
  });

  it(`is the last that a workspace may have when it has ${socketsPerWorkspaceMax}; the next is refused until one goes`, async () => {
    const workspace = system.workspaces[2] as DemoWorkspace;
    const all = await Promise.all(Array.from({ length: socketsPerWorkspaceMax }, () => connect(workspace)));
    expect(all.filter(({ answer }) => answer === 'connected')).toHaveLength(socketsPerWorkspaceMax);
    expect((await connect(workspace)).answer).toBe('too_many_connections');
    // Others have places of their own.
    expect((await connect(system.workspace)).answer).toBe('connected');
    all[0]?.socket.close();
    await eventually(async () => (await connect(workspace)).answer === 'connected');
    for (const { socket } of all) socket.close();
  });

  it('that does not take what it is sent is ended, and holds up nobody', async () => {
    const { body } = await system.send({ to: '+12125550160', body: 'first' });
    await system.message(body.id, ['delivered']);
    // A long story, to be asked for again and again: some 40 MB, more than any system keeps for a connection by itself.
    await sql(
      system.databaseUrl,
      `with grown as (update workspace_sequence set last_seq = last_seq + 5000 where workspace_id = $1 returning last_seq - 5000 as before)
       insert into message_event (workspace_id, seq, prev_seq, created_at, message_id, contact_id, direction, status, attempt, error_message)
       select $1, before + n, before + n - 1, now(), $2, $3, 'outbound', 'delivered', 1, repeat('x', 300) from grown, generate_series(1, 5000) n`,
      [system.workspace.id, body.id, body.conversationId],
    );
    const { socket } = await connect(system.workspace);
    const { socket: quick } = await connect(system.workspace);
    const wire = (socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } }).ws._socket;
    wire.pause();
    const ended = () =>
      system.request('GET', '/metrics').then(({ body: text }) => /sockets_ended_total\{[^}]*reason="too_slow"[^}]*\} 1/.test(text));
    for (let asked = 0; asked < 15; asked++) socket.emit('conversation:open', { conversationId: body.conversationId, afterSeq: 0 });
    expect(await ask(quick, 'conversation:open', { conversationId: body.conversationId })).toMatchObject({ ok: true });
    await eventually(ended, 20_000);
    quick.close();
  }, 30_000);
});

describe('an event', () => {
  let socket: Socket;
  beforeAll(async () => {
    ({ socket } = await connect(system.workspaces[3] as DemoWorkspace));
  });

  it.each([
    ['that does not exist', 'message:broadcast', {}, 'unknown_event'],
    ['without a payload', 'message:outbound', undefined, 'invalid_request'],
    ['with a field too many', 'message:outbound', { to: '+12125550161', body: 'x', admin: true }, 'invalid_request'],
    ['with keys of the prototype', 'message:outbound', JSON.parse('{"__proto__": {"to": "+12125550161"}, "body": "x"}'), 'invalid_request'],
    ['with a NUL in its text', 'message:outbound', { to: '+12125550161', body: 'a\u0000b' }, 'invalid_request'],
    [
      'about a conversation of another workspace',
      'conversation:open',
      { conversationId: '0192f0c1-2d3e-7f4a-8b5c-6d7e8f901234' },
      'not_found',
    ],
    ['about no conversation', 'conversation:typing', { conversationId: 'x', typing: true }, 'invalid_request'],
  ])('%s is refused by its acknowledgement', async (_what, name, payload, code) => {
    expect(await ask(socket, name, payload)).toMatchObject({ ok: false, code, message: expect.any(String) });
    expect(socket.connected).toBe(true);
  });

  it('that is larger than any may be ends the connection, and nothing of it is stored', async () => {
    const { socket: own } = await connect(system.workspaces[3] as DemoWorkspace);
    own.emit('message:outbound', { to: '+12125550162', body: 'x'.repeat(70_000) });
    await eventually(() => !own.connected);
    expect((await system.request('GET', '/v1/conversations', { as: system.workspaces[3] as DemoWorkspace })).body.data).toEqual([]);
  });

  it('too many in a second is refused with how long to wait, and who goes on is disconnected', async () => {
    const { socket: own } = await connect(system.workspaces[3] as DemoWorkspace);
    const told: unknown[] = [];
    own.on('session:ended', (event) => told.push(event));
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => ask(own, 'conversation:typing', { conversationId: system.workspace.id, typing: true })),
    );
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(60);
    const refused = answers.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    for (const refusal of refused) expect(refusal).toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 1 });
    for (let more = 0; more < 400; more++) own.emit('queues:open');
    await eventually(() => !own.connected);
    expect(told).toEqual([{ code: 'too_many_events' }]);
  });
});

describe('a connection whose client died', () => {
  it('is ended within a minute, though nothing closed it', async () => {
    expect(socketHeartbeatMs + socketPongTimeoutMs).toBeLessThan(60_000);
    await eventually(() => dead.disconnected, 60_000);
  }, 70_000);
});

describe('many connections', () => {
  it('that come and go leave no connection, room or workspace behind', async () => {
    for (const socket of opened) socket.close();
    await eventually(async () => (await gauge('sockets_connected')) === 0);
    const { body } = await system.send({ to: '+12125550163', body: 'to be looked at' });
    await system.message(body.id, ['delivered']);
    for (let round = 0; round < 10; round++) {
      const sockets = await Promise.all(Array.from({ length: 30 }, () => connect(system.workspace)));
      await Promise.all(sockets.map(({ socket }) => ask(socket, 'conversation:open', { conversationId: body.conversationId })));
      for (const { socket } of sockets) socket.close();
    }
    await eventually(async () => (await gauge('sockets_connected')) === 0 && (await gauge('socket_rooms')) === 0);
    expect(await gauge('socket_namespaces')).toBe(0);
  }, 30_000);
});

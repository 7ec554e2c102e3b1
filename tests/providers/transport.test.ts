import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Transport, TransportError, TransportResponse } from '../../providers/transport.js';
import { eventually } from '../simulator/eventually.js';

// Real waits, but short ones; and few sockets, so that a queue forms.
const connectTimeoutMs = 400;
const queueTimeoutMs = 60;
const socketsMax = 2;
jest.mock('../../domain/limits.js', () => ({
  ...jest.requireActual<object>('../../domain/limits.js'),
  providerConnectTimeoutMs: connectTimeoutMs,
  providerQueueTimeoutMs: queueTimeoutMs,
  providerSocketsMax: socketsMax,
}));
// Loaded here, because an import would run before the mock.
const loaded = jest.requireActual<typeof import('../../providers/transport.js')>('../../providers/transport.js');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A transport, and where the requests of a test go. */
interface Line {
  transport: Transport;
  baseUrl: string;
}

function transportTo(baseUrl: string, responseTimeoutMs = 2_000): Line {
  const transport = new loaded.Transport({ responseTimeoutMs });
  closers.push(() => transport.close());
  return { transport, baseUrl };
}

async function listening(server: Server | HttpServer): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that notes its connections and every byte that reaches it, and lets `act` answer. */
async function tcpServer(act: (socket: Socket, received: string) => void = () => undefined) {
  const seen = { connections: [] as Socket[], bytes: '' };
  const server = createTcpServer((socket) => {
    seen.connections.push(socket);
    socket.on('data', (chunk) => {
      seen.bytes += chunk.toString();
      act(socket, chunk.toString());
    });
  });
  return { seen, address: await listening(server) };
}

async function httpServer(act: (request: IncomingMessage, body: string, response: ServerResponse) => void, options = {}) {
  const server = createHttpServer(options, (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => act(request, body, response));
  });
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => connections.push(socket));
  return { connections, address: await listening(server) };
}

function post({ transport, baseUrl }: Line, beforeWrite?: () => Promise<boolean>): Promise<TransportResponse> {
  return transport.request({ method: 'POST', url: new URL('/messages', baseUrl), headers: {}, body: 'Body=Hello' }, beforeWrite);
}

/** The error of a request that must fail. */
async function failureOf(request: Promise<unknown>): Promise<TransportError> {
  const error = await request.then(
    () => new Error('the request was answered'),
    (failure: unknown) => failure,
  );
  if (!(error instanceof loaded.TransportError)) throw error;
  return error;
}

const agreed = () => Promise.resolve(true);

describe('surely not sent', () => {
  test.each([
    ['the connection is refused', async () => `http://${await addressOfNobody()}`, /^ECONNREFUSED$/],
    ['the name is unknown', () => 'http://no-such-host.invalid', /^(ENOTFOUND|EAI_AGAIN|no connection within)/],
    [
      'nobody answers at the address',
      () => 'http://192.0.2.1',
      /^(no connection within 400 ms|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ECONNREFUSED)$/,
    ],
    [
      'the server does not speak TLS',
      async () => `https://${(await httpServer(() => undefined)).address}`,
      /^(EPROTO|ERR_SSL_\w+|ECONNRESET)$/,
    ],
    ['the TLS handshake is never answered', async () => `https://${(await tcpServer()).address}`, /^no connection within 400 ms$/],
    [
      'the TLS handshake is cut off',
      async () => `https://${(await tcpServer((socket) => socket.destroy())).address}`,
      /^(ECONNRESET|EPROTO)$/,
    ],
  ])('where %s', async (_what, baseUrl, reason) => {
    const beforeWrite = jest.fn(agreed);
    const error = await failureOf(post(transportTo(await baseUrl()), beforeWrite));
    expect({ sent: error.sent, asked: beforeWrite.mock.calls.length }).toEqual({ sent: false, asked: 0 });
    expect(error.reason).toMatch(reason);
    expect(error.message).toBe(`before the request was written: ${error.reason}`);
  });

  test.each([
    ['answers false', () => Promise.resolve(false), undefined],
    ['rejects', () => Promise.reject(new Error('no database')), expect.objectContaining({ message: 'no database' })],
    [
      'throws',
      () => {
        throw new Error('no database');
      },
      expect.objectContaining({ message: 'no database' }),
    ],
  ])('where `beforeWrite` %s: the connection is up, and no byte has come over it', async (_what, decide, cause) => {
    const { seen, address } = await tcpServer();
    const error = await failureOf(
      post(transportTo(`http://${address}`), async () => {
        await eventually('the connection', () => seen.connections.length === 1);
        return decide();
      }),
    );
    expect({ sent: error.sent, reason: error.reason, cause: error.cause }).toEqual({
      sent: false,
      reason: 'given up before the write',
      cause,
    });
    await eventually('the end of the connection', () => seen.connections[0]?.destroyed);
    expect(seen.bytes).toBe('');
  });

  test('where the connection is lost while `beforeWrite` decides', async () => {
    const { seen, address } = await tcpServer();
    const error = await failureOf(
      post(transportTo(`http://${address}`), async () => {
        const connection = await eventually('the connection', () => seen.connections[0]);
        connection.resetAndDestroy();
        // Time for the reset to arrive here.
        await new Promise((resolve) => setTimeout(resolve, 50));
        return true;
      }),
    );
    expect([error.sent, seen.bytes]).toEqual([false, '']);
  });

  test('where a kept connection is closed while `beforeWrite` decides', async () => {
    const bodies: string[] = [];
    const { connections, address } = await httpServer((_request, body, response) => {
      bodies.push(body);
      response.end('{}');
    });
    const transport = transportTo(`http://${address}`);
    await post(transport, agreed);
    const error = await failureOf(
      post(transport, async () => {
        connections[0]?.end();
        // Time for the end to arrive here.
        await new Promise((resolve) => setTimeout(resolve, 50));
        return true;
      }),
    );
    expect([error.sent, connections.length, bodies.length]).toEqual([false, 1, 1]);
  });

  test('where no connection becomes free in time', async () => {
    const { seen, address } = await tcpServer();
    const transport = transportTo(`http://${address}`);
    const held = Array.from({ length: socketsMax }, () => failureOf(post(transport)));
    await eventually('the others on their way', () => seen.bytes.split('Body=Hello').length > socketsMax);
    const error = await failureOf(post(transport, agreed));
    expect([error.sent, error.reason]).toEqual([false, `no free connection within ${queueTimeoutMs} ms`]);
    expect(seen.connections).toHaveLength(socketsMax);
    for (const socket of seen.connections) socket.destroy();
    await Promise.all(held);
  });
});

describe('perhaps sent', () => {
  test.each([
    ['the connection is reset', (socket: Socket) => void socket.resetAndDestroy(), /^ECONNRESET$/],
    ['the connection is closed', (socket: Socket) => void socket.end(), /^ECONNRESET$/],
    ['there is silence', () => undefined, /^no answer within 300 ms$/],
    [
      'the answer stops before its end',
      (socket: Socket) => void socket.write('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"sid":'),
      /^no answer within 300 ms$/,
    ],
    [
      'the answer is cut off',
      (socket: Socket) => void socket.end('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"sid":'),
      /^(aborted|the answer was cut off)$/,
    ],
    ['the answer is not HTTP', (socket: Socket) => void socket.end('220 mail.example.com ESMTP\r\n'), /^HPE_/],
  ])('where %s after the write', async (_what, act, reason) => {
    const { seen, address } = await tcpServer(act);
    const error = await failureOf(post(transportTo(`http://${address}`, 300), agreed));
    expect(error.sent).toBe(true);
    expect(error.reason).toMatch(reason);
    expect(error.message).toBe(`after the request was written: ${error.reason}`);
    expect(seen.bytes).toContain('Body=Hello');
  });
});

describe('an answer', () => {
  test.each([200, 201, 302, 404, 429, 500, 503])('of HTTP %i is an answer, with its body and headers', async (status) => {
    const { address } = await httpServer((_request, _body, response) =>
      response.writeHead(status, { 'retry-after': '3', location: '/elsewhere' }).end('Grüße'),
    );
    const answer = await post(transportTo(`http://${address}`));
    expect([answer.statusCode, answer.body, answer.headers['retry-after']]).toEqual([status, 'Grüße', '3']);
  });

  test('may come in pieces, cut anywhere', async () => {
    const bytes = Buffer.from('{"body":"Grüße 😀"}');
    const { address } = await httpServer((_request, _body, response) => {
      response.writeHead(200);
      for (const byte of bytes) response.write(Buffer.of(byte));
      response.end();
    });
    expect((await post(transportTo(`http://${address}`))).body).toBe(bytes.toString());
  });
});

describe('whose host others choose', () => {
  const lookup = jest.fn((_host: string, _options: unknown, callback: (error: Error, address: string) => void) =>
    callback(Object.assign(new Error('leads into a private network'), { code: 'EPRIVATE' }), ''),
  );

  test('is looked up as it was said, and is not asked where that refuses', async () => {
    const transport = new loaded.Transport({ responseTimeoutMs: 300, lookup: lookup as never });
    closers.push(() => transport.close());
    const error = await failureOf(post({ transport, baseUrl: 'http://gateway.example:1' }, agreed));
    expect([error.sent, error.reason, lookup.mock.calls[0]?.[0]]).toEqual([false, 'EPRIVATE', 'gateway.example']);
  });
});

test('an answer without end is given up', async () => {
  const { address } = await httpServer((_request, _body, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 20)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  const error = await failureOf(post(transportTo(`http://${address}`, 5_000), agreed));
  expect([error.sent, error.reason]).toEqual([true, 'the answer is too long']);
});

describe('connections', () => {
  test('are kept: requests one after the other share one', async () => {
    const { connections, address } = await httpServer((_request, _body, response) => response.end('{}'));
    const transport = transportTo(`http://${address}`);
    for (let request = 0; request < 5; request += 1) await post(transport, agreed);
    expect(connections).toHaveLength(1);
  });

  test('that the server closed while they were idle fail no request', async () => {
    const { connections, address } = await httpServer((_request, _body, response) => response.end('{}'), { keepAliveTimeout: 1 });
    const transport = transportTo(`http://${address}`);
    for (let request = 0; request < 3; request += 1) {
      expect((await post(transport, agreed)).statusCode).toBe(200);
      connections.at(-1)?.end();
      await eventually('closed', () => connections.at(-1)?.destroyed);
    }
    expect(connections).toHaveLength(3);
  });

  test('whose request was given up before the write are not used again', async () => {
    const { connections, address } = await httpServer((_request, _body, response) => response.end('{}'));
    const transport = transportTo(`http://${address}`);
    await failureOf(post(transport, () => Promise.resolve(false)));
    expect((await post(transport, agreed)).statusCode).toBe(200);
    await eventually('both connections', () => connections.length === 2);
  });

  test('are closed with the transport', async () => {
    const { connections, address } = await httpServer((_request, _body, response) => response.end('{}'));
    const transport = transportTo(`http://${address}`);
    await post(transport);
    transport.transport.close();
    await eventually('closed', () => connections[0]?.destroyed);
  });
});

/** An address at which something listened a moment ago. */
async function addressOfNobody(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

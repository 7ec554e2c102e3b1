import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the store does with requests for a week's objects: `swallow` says OK to a put and keeps nothing. */
export type Lie = 'swallow' | 'alter' | 'refuse' | 'full' | 'vanish';

/** A proxy before an S3 that does as it is told for some weeks, and passes on everything else. */
export interface LyingStore {
  url: string;
  lies: Map<string, Lie>;
  close(): Promise<void>;
}

const refusals = {
  refuse: [403, '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'],
  full: [507, '<Error><Code>XMinioStorageFull</Code><Message>no room</Message></Error>'],
  vanish: [404, '<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>'],
} as const;

export async function startLyingStore(honest: string): Promise<LyingStore> {
  const lies = new Map<string, Lie>();
  const target = new URL(honest);

  function answer(incoming: IncomingMessage, response: ServerResponse): void {
    const week = /weeks(?:\/|%2F)([^/%]+)/.exec(incoming.url ?? '')?.[1] ?? '';
    const lie = incoming.method === 'GET' && incoming.url?.includes('list-type') ? undefined : lies.get(week);
    const isPut = incoming.method === 'PUT' || incoming.method === 'POST';
    if (lie === 'swallow' && isPut) {
      incoming.resume().once('end', () => response.writeHead(200, { etag: '"0"' }).end());
      return;
    }
    if ((lie === 'refuse' && isPut) || (lie === 'full' && isPut) || (lie === 'vanish' && !isPut)) {
      const [status, body] = refusals[lie];
      incoming.resume().once('end', () => response.writeHead(status, { 'content-type': 'application/xml' }).end(body));
      return;
    }
    // The host is part of the signature: it stays as the client wrote it.
    const { method, url, headers } = incoming;
    const passed = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.on('data', (chunk: Buffer) => response.write(lie === 'alter' && method === 'GET' ? altered(chunk) : chunk));
      answered.once('end', () => response.end());
    });
    passed.once('error', () => response.destroy());
    incoming.pipe(passed);
  }

  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function altered(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] as number) ^ 0x20;
  return copy;
}

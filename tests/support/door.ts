import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to the simulator of which one can tell who has gone through: one process gets its URL instead of the simulator's. */
export interface Door {
  url: string;
  /** Says where it leads. */
  leadTo(url: string): void;
  /** Sends that have come so far. */
  sends(): number;
  /** Shuts it: who knocks finds nobody. */
  close(): void;
  /** Opens it again, under the same URL. */
  open(): Promise<void>;
}

export async function openDoor(): Promise<Door> {
  let target = '';
  let sends = 0;
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') sends += 1;
    const onward = http.request(target + request.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    leadTo: (url) => {
      target = url;
    },
    sends: () => sends,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
    open: () => listen(port),
  };
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP way to a port, which can be cut: nothing gets through any more, and nobody is told. */
export interface Cable {
  /** Host and port of its near end. */
  address: string;
  url: string;
  /** Leads to another port from the next connection on. */
  leadTo(to: string): void;
  /** In one direction only where it is named: `out` is from the near end on. */
  cut(direction?: 'out'): void;
  /** Breaks all connections, so that new ones are made; answers how many there were. */
  mend(): number;
  /** Breaks all connections, and answers how many; who knocks finds nobody. */
  shut(): number;
  /** Lets in again, at the same port. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** @param to a URL of any protocol; of a cable that is laid before there is anything at its far end, empty */
export async function layCable(to = ''): Promise<Cable> {
  const pairs = new Set<{ near: Socket; far?: Socket }>();
  let target = to;
  let isCut: 'out' | 'both' | undefined;
  const server: Server = createServer((near) => {
    const pair: { near: Socket; far?: Socket } = { near };
    pairs.add(pair);
    near.on('error', () => undefined).on('close', () => pairs.delete(pair));
    if (isCut) return void near.pause();
    const { hostname, port } = new URL(target);
    const far = connect(Number(port), hostname);
    pair.far = far;
    far.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const breakAll = (): number => {
    const { size } = pairs;
    for (const { near, far } of pairs) {
      near.destroy();
      far?.destroy();
    }
    return size;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    leadTo: (url) => {
      target = url;
    },
    cut: (direction) => {
      isCut = direction ?? 'both';
      for (const { near, far } of pairs) {
        near.unpipe().pause();
        if (!direction) far?.unpipe().pause();
      }
    },
    mend: () => {
      isCut = undefined;
      return breakAll();
    },
    shut: () => {
      server.close();
      return breakAll();
    },
    open: () => listen(port),
    close: async () => {
      breakAll();
      if (!server.listening) return;
      server.close();
      await once(server, 'close').catch(() => undefined);
    },
  };
}

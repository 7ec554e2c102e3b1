import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { assertFree, freePort, isFree, ownerOfPort } from '../../local/ports.js';

async function listening<T>(host: string, use: (port: number) => Promise<T>): Promise<T> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('ports', () => {
  test.each(['127.0.0.1', '0.0.0.0'])('a port that somebody listens on at %s is not free, and the next free one is given instead', (host) =>
    listening(host, async (port) => {
      expect(await isFree(port)).toBe(false);
      expect(await freePort(port)).toBeGreaterThan(port);
    }),
  );

  test('a port without a preference is free, and not one that an outgoing connection could take', async () => {
    const port = await freePort();
    expect(await isFree(port)).toBe(true);
    expect(port).toBeLessThan(32_768);
  });

  test('a taken port is named with its owner', () =>
    listening('127.0.0.1', async (port) => {
      if (process.platform === 'linux') expect(ownerOfPort(port)).toMatch(new RegExp(`^pid ${process.pid} \\(.+\\)$`));
      await expect(assertFree(port, 'Postgres')).rejects.toThrow(
        `port ${port} for Postgres is taken by ${ownerOfPort(port) ?? 'another program'}`,
      );
    }));

  test('nobody owns a free port', async () => {
    expect(ownerOfPort(await freePort())).toBeUndefined();
  });
});

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sharedBucketPatienceMs } from '../../domain/identityLimits.js';
import { createLogger } from '../../platform/logger.js';
import { RedisLink } from '../../platform/redisLink.js';
import { RequestLimits } from '../../server/requestLimits.js';

const logger = createLogger('silent');
let open: { close(): void }[] = [];
const limitsOf = (redisUrl?: string) => {
  const redis = new RedisLink(redisUrl, logger);
  const limits = new RequestLimits({ redis, perKey: 3, perAddress: 2, failuresPerAddress: 1 });
  open.push(limits, redis);
  return limits;
};
afterEach(() => {
  for (const limits of open) limits.close();
  open = [];
});

describe('a bucket of requests', () => {
  it('allows so many, says what is left, and then when it is full again', async () => {
    const limits = limitsOf();
    const taken = [];
    for (let request = 0; request < 5; request += 1) taken.push(await limits.take('caller', 'a'));
    expect(taken.map(({ isAllowed, remaining }) => [isAllowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    for (const { resetMs, limit, windowMs } of taken) {
      expect({ limit, windowMs }).toEqual({ limit: 3, windowMs: 60_000 });
      expect(resetMs).toBeGreaterThan(0);
      expect(resetMs).toBeLessThanOrEqual(60_000);
    }
  });

  it('is another for each name and each kind', async () => {
    const limits = limitsOf();
    for (let request = 0; request < 4; request += 1) await limits.take('caller', 'a');
    expect((await limits.take('caller', 'b')).isAllowed).toBe(true);
    expect((await limits.take('address', 'a')).isAllowed).toBe(true);
    expect([(await limits.take('failure', 'a')).isAllowed, (await limits.take('failure', 'a')).isAllowed]).toEqual([true, false]);
  });

  it('of this process serves while Redis is away', async () => {
    const limits = limitsOf('redis://127.0.0.1:1');
    const allowed = [];
    for (let request = 0; request < 4; request += 1) allowed.push((await limits.take('caller', 'a')).isAllowed);
    expect(allowed).toEqual([true, true, true, false]);
  });

  it('of this process serves while Redis does not answer: one request waits a moment, and the next ones not', async () => {
    // It takes the connection and says what the client asks at the beginning, and nothing after that.
    const sockets: Socket[] = [];
    const hanging: Server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', (data) => {
        const text = data.toString().toLowerCase();
        if (text.includes('info')) socket.write('$17\r\nredis_version:7.0\r\n');
        else if (!/eval/.test(text)) socket.write('+OK\r\n');
      });
    });
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    try {
      const limits = limitsOf(`redis://127.0.0.1:${(hanging.address() as AddressInfo).port}`);
      const since = performance.now();
      const allowed = [];
      for (let request = 0; request < 4; request += 1) allowed.push((await limits.take('caller', 'a')).isAllowed);
      expect(allowed).toEqual([true, true, true, false]);
      expect(performance.now() - since).toBeLessThan(10 * sharedBucketPatienceMs);
    } finally {
      for (const limits of open) limits.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => hanging.close(resolve));
    }
  });
});

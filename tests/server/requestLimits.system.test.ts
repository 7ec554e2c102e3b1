import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasRedis, type RedisServer, startRedis } from '../../local/redisServer.js';
import { createLogger } from '../../platform/logger.js';
import { RedisLink } from '../../platform/redisLink.js';
import { RequestLimits } from '../../server/requestLimits.js';
import { eventually } from '../support/eventually.js';

(hasRedis ? describe : describe.skip)('two servers with one Redis', () => {
  let redis: RedisServer;
  const links: RedisLink[] = [];
  const servers: RequestLimits[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    for (let number = 0; number < 2; number += 1) {
      const link = new RedisLink(redis.url, createLogger('silent'));
      links.push(link);
      servers.push(new RequestLimits({ redis: link, perKey: 4, perAddress: 4, failuresPerAddress: 4 }));
    }
    await eventually(() => links.every(({ isAway }) => !isAway));
  });
  afterAll(async () => {
    for (const one of [...servers, ...links]) one.close();
    await redis.kill();
  });

  const take = async (number: number, name: string) => (await servers[number]?.take('caller', name))?.isAllowed;

  it('count the requests of a key together', async () => {
    const allowed = [];
    // Each server's own connection may not be ready yet: the first of a name that both have counted says that they are.
    await eventually(async () => {
      const name = `probe ${Math.random()}`;
      await take(0, name);
      return (await servers[1]?.take('caller', name))?.remaining === 2;
    });
    for (let request = 0; request < 6; request += 1) allowed.push(await take(request % 2, 'a'));
    expect(allowed).toEqual([true, true, true, true, false, false]);
  });

  it('go on, each with buckets of its own, when it is killed', async () => {
    await redis.kill();
    const allowed = [];
    for (let request = 0; request < 5; request += 1) allowed.push(await take(0, 'b'));
    expect(allowed).toEqual([true, true, true, true, false]);
    expect(await take(1, 'b')).toBe(true);
  });
});

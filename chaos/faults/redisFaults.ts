import type { Site } from '../site.js';
import type { Fault } from './fault.js';
import { kill } from './heldDown.js';

const needsRedis = ({ redis }: Pick<Site, 'redis'>) => (redis ? undefined : 'there is no redis-server on this machine');

/** Rows about Redis. */
export const redisFaults: Fault[] = [
  {
    number: 19,
    name: 'Redis killed, comes back empty',
    injected: 'SIGKILL; nothing is on its disk',
    healed: 'it is started again',
    lastsS: [5, 40],
    touches: ['redis'],
    impossible: needsRedis,
    inject: async ({ site }) => {
      await site.redis?.kill();
      return async () => {
        await site.redis?.start();
        return 1;
      };
    },
  },
  {
    number: 20,
    name: 'Redis frozen',
    injected: 'SIGSTOP',
    healed: 'SIGCONT',
    lastsS: [5, 40],
    touches: ['redis'],
    impossible: needsRedis,
    inject: ({ site }) => {
      const pid = site.redis?.pid as number;
      process.kill(pid, 'SIGSTOP');
      return () => kill(pid, 'SIGCONT');
    },
  },
  {
    number: 22,
    name: 'partition between a server and Redis, one way',
    injected: 'what one server says to Redis gets lost',
    healed: 'it gets through again',
    lastsS: [6, 40],
    touches: ['redis'],
    impossible: needsRedis,
    inject: ({ site }) => {
      site.ways.redis.cut('out');
      return () => site.ways.redis.mend();
    },
  },
];

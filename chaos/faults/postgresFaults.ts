import { readFileSync } from 'node:fs';
import path from 'node:path';
import { freeze } from '../../local/freeze.js';
import type { Site } from '../site.js';
import type { Fault } from './fault.js';
import { heldDown, kill, oneOf } from './heldDown.js';
import { inSystemCalls, whyNoTracing } from './systemCalls.js';

/** Of each period of a slow Postgres it stands still for the first part, milliseconds. */
const slowPeriodMs = 250;
const slowStillMs = 170;

/** Rows about Postgres. */
export const postgresFaults: Fault[] = [
  {
    number: 11,
    name: 'Postgres backend killed',
    injected: 'SIGKILL to a backend of the product: Postgres ends all sessions and recovers',
    healed: 'by itself',
    lastsS: [4, 10],
    touches: ['postgres'],
    inject: async ({ site, draw }) => {
      const backends = await site.sql<{ pid: number }>(
        `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      const kills = backends.length > 0 ? kill(oneOf(backends, draw).pid, 'SIGKILL') : 0;
      return () => kills;
    },
  },
  {
    number: 12,
    name: 'Postgres stopped at once',
    injected: 'SIGQUIT to the postmaster (immediate), as often as it comes up',
    healed: 'left alone',
    lastsS: [5, 60],
    touches: ['postgres'],
    inject: ({ site }) => heldDown(() => site.postgres.pid, 'SIGQUIT'),
  },
  {
    number: 13,
    name: 'Postgres frozen',
    injected: 'SIGSTOP to the postmaster and its backends',
    healed: 'SIGCONT',
    lastsS: [5, 30],
    touches: ['postgres'],
    inject: ({ site }) => {
      const thaw = freeze(site.postgres.pid);
      return () => {
        thaw();
        return 1;
      };
    },
  },
  {
    number: 14,
    name: 'Postgres slow',
    injected: `it stands still for ${slowStillMs} of every ${slowPeriodMs} ms`,
    healed: 'it goes on',
    lastsS: [6, 60],
    touches: ['postgres'],
    inject: ({ site }) => {
      let goOn: (() => void) | undefined;
      let times = 0;
      const timer = setInterval(() => {
        times += 1;
        goOn = freeze(site.postgres.pid);
        setTimeout(goOn, slowStillMs);
      }, slowPeriodMs);
      return () => {
        clearInterval(timer);
        goOn?.();
        return times;
      };
    },
  },
  {
    number: 15,
    name: 'disk full under Postgres',
    injected: 'the rest of its disk (a tmpfs of its own) is filled',
    healed: 'it is freed',
    lastsS: [5, 40],
    touches: ['postgres'],
    impossible: ({ disk }) => (disk ? undefined : 'no tmpfs can be mounted here (needs root and the right to mount)'),
    inject: ({ site }) => {
      const refusals = said(site, 'No space left on device');
      site.disk?.fill();
      return () => {
        site.disk?.free();
        return refusals();
      };
    },
  },
  {
    number: 16,
    name: 'fsync fails under Postgres',
    injected: 'the next fdatasync of each of its processes fails with EIO (strace): it ends itself and recovers',
    healed: 'strace is ended after 2 s',
    lastsS: [5, 10],
    touches: ['postgres'],
    impossible: whyNoTracing,
    inject: async ({ site }) => {
      const backends = await site.sql<{ pid: number }>('select pid from pg_stat_activity where pid <> pg_backend_pid()');
      const end = inSystemCalls(
        backends.map(({ pid }) => pid),
        'fdatasync,fsync',
        'error=EIO:when=1',
      );
      const timer = setTimeout(() => void end(), 2_000);
      return async () => {
        clearTimeout(timer);
        return end();
      };
    },
  },
  {
    number: 17,
    name: 'lock while partitions are made',
    injected:
      'those of the next weeks are dropped, a session holds a lock on the messages that reads and writes pass, and maintenance is restarted',
    healed: 'it lets go',
    lastsS: [12, 25],
    touches: ['postgres', 'processes'],
    inject: async ({ site }) => {
      const session = await site.session();
      await site.dropWeeksAhead();
      await session.query('begin');
      await session.query('lock table message in share update exclusive mode');
      const refusals = said(site, 'due to lock timeout');
      kill(site.stack.processes.get(site.names.maintenance)?.pid(), 'SIGTERM');
      return async () => {
        const [waiting] = await site.sql<{ count: number }>(
          `select count(*)::integer as count from pg_locks where relation = 'message'::regclass and not granted`,
        );
        await session.query('rollback').catch(() => undefined);
        await session.end().catch(() => undefined);
        return refusals() + (waiting?.count ?? 0);
      };
    },
  },
  {
    number: 18,
    name: 'partitions of the next weeks missing',
    injected: 'they are dropped, and maintenance is restarted',
    healed: 'the job makes them at its start',
    lastsS: [8, 15],
    touches: ['postgres', 'processes'],
    inject: async ({ site }) => {
      const dropped = await site.dropWeeksAhead();
      kill(site.stack.processes.get(site.names.maintenance)?.pid(), 'SIGTERM');
      return () => dropped;
    },
  },
];

/** How many lines with these words Postgres logs from now until the answer is called. */
function said({ directory }: Pick<Site, 'directory'>, words: string): () => number {
  const file = path.join(directory, 'postgres.log');
  const count = () => readFileSync(file, 'latin1').split(words).length - 1;
  const before = count();
  return () => count() - before;
}

import type { Fault } from './fault.js';
import { heldDown, kill } from './heldDown.js';
import { inSystemCalls, whyNoTracing } from './systemCalls.js';

/** Rows about Temporal. */
export const temporalFaults: Fault[] = [
  {
    number: 8,
    name: 'Temporal SIGKILL and restart',
    injected: 'SIGKILL',
    healed: 'the launcher starts it again',
    lastsS: [4, 15],
    touches: ['temporal'],
    inject: ({ site }) => {
      const kills = kill(site.temporal.pid, 'SIGKILL');
      return () => kills;
    },
  },
  {
    number: 9,
    name: 'Temporal down',
    injected: 'SIGKILL as often as it comes up',
    healed: 'left alone',
    lastsS: [8, 120],
    touches: ['temporal'],
    inject: ({ site }) => heldDown(() => site.temporal.pid),
  },
  {
    number: 10,
    name: 'Temporal’s persistence fails now and then',
    injected: '1 in 20 of the server’s writes to its file fails with EIO (strace)',
    healed: 'strace is ended',
    lastsS: [6, 40],
    touches: ['temporal'],
    impossible: whyNoTracing,
    inject: ({ site }) => inSystemCalls([site.temporal.pid], 'pwrite64', 'error=EIO:when=20+20'),
  },
  {
    number: 21,
    name: 'partition between a worker and Temporal',
    injected: 'the way of one process to Temporal lets nothing through',
    healed: 'it does again',
    lastsS: [8, 60],
    touches: ['temporal'],
    inject: ({ site }) => {
      site.ways.temporal.cut();
      return () => site.ways.temporal.mend();
    },
  },
];

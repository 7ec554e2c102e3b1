import type { Fault } from './fault.js';
import { allOf, shape } from './shape.js';

const lateMs = 15_000;

/** Rows about what the provider's callbacks do. */
export const callbackFaults: Fault[] = [
  {
    number: 29,
    name: 'callbacks five times, shuffled, late, before the answer',
    injected: `a third of the sends each: five times and shuffled; before the answer; after ${lateMs / 1_000} s`,
    healed: 'they come as usual',
    lastsS: [5, 40],
    touches: ['callbacks', 'sends'],
    keepsOrder: true,
    inject: async (scene) =>
      allOf([
        await shape(scene, 'fault 29 shuffled', 0.34, { callbacks: { times: 5, shuffle: true } }),
        await shape(scene, 'fault 29 hurried', 0.5, { callbacks: { hurry: true } }),
        await shape(scene, 'fault 29 late', 1, { callbacks: { delayMs: lateMs } }),
      ]),
  },
  {
    number: 30,
    name: 'callbacks dropped',
    injected: '1 in 5 callbacks is never sent',
    healed: 'all are sent; the poll brings what was missed',
    lastsS: [5, 40],
    touches: ['callbacks'],
    keepsOrder: true,
    inject: (scene) => shape(scene, 'fault 30', 1, { callbacks: { drop: 0.2 } }),
  },
  {
    number: 31,
    name: 'forged, replayed, wrong-tenant and oversize callbacks',
    injected: 'callbacks that nobody should believe, at a dozen a second',
    healed: 'they end',
    lastsS: [4, 20],
    touches: ['load'],
    keepsOrder: true,
    inject: ({ workload, draw }) => {
      let forged = 0;
      const timer = setInterval(() => {
        forged += 1;
        workload.forgeCallback(draw());
      }, 80);
      return () => {
        clearInterval(timer);
        return forged;
      };
    },
  },
];

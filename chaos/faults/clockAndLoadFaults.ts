import type { Fault } from './fault.js';
import { kill, oneOf } from './heldDown.js';

const dayMs = 24 * 3_600_000;
/** Of the storm of sockets; the matrix has 1,000 and more, for a machine that has nothing else to do. */
const stormSockets = 100;
const storyTexts = 60;
const floodTexts = 300;

/** Rows about clocks, and about users who want much at once. */
export const clockAndLoadFaults: Fault[] = [
  {
    number: 32,
    name: 'STOP while much is queued',
    injected: `${storyTexts} texts for one contact, who writes STOP meanwhile; and more afterwards`,
    healed: 'nothing is to be healed',
    lastsS: [5, 20],
    touches: ['load'],
    keepsOrder: true,
    inject: ({ workload }) => {
      workload.tellStory(storyTexts);
      return () => storyTexts;
    },
  },
  {
    number: 33,
    name: 'the clock of one process is wrong',
    injected: 'Date of a drawn process is 3 days ahead or a day behind',
    healed: 'it is right again',
    lastsS: [5, 30],
    touches: ['clock'],
    inject: ({ site, draw }) => {
      const name = oneOf(site.names.all, draw);
      site.points.arm(`clock ${name}`, String(draw() < 0.5 ? 3 * dayMs : -dayMs));
      return () => {
        site.points.disarm(`clock ${name}`);
        return 1;
      };
    },
  },
  {
    number: 35,
    name: 'noisy tenant',
    injected: `one workspace has ${floodTexts} bulk messages accepted at once`,
    healed: 'nothing is to be healed',
    lastsS: [8, 40],
    touches: ['load'],
    keepsOrder: true,
    inject: ({ workload }) => {
      workload.flood(floodTexts);
      return () => floodTexts;
    },
  },
  {
    number: 38,
    name: 'all sockets come back at once',
    injected: `${stormSockets} sockets, and SIGKILL to the server that most of them hang on`,
    healed: 'they are back',
    lastsS: [6, 30],
    touches: ['load', 'processes'],
    inject: async (scene) => {
      const { site, workload } = scene;
      const storm = await workload.openStorm(stormSockets);
      const [first] = site.names.servers as [string];
      scene.struck(first, 'killed');
      kill(site.stack.processes.get(first)?.pid(), 'SIGKILL');
      return async () => {
        await storm.end();
        return stormSockets;
      };
    },
  },
];

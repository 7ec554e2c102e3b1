import { freeze } from '../../local/freeze.js';
import type { Fault, Heal, Scene } from './fault.js';
import { again, heldDown, kill, oneOf } from './heldDown.js';

const pidOf = ({ site }: Scene, name: string) => site.stack.processes.get(name)?.pid();

function killed(scene: Scene, name: string): number {
  scene.struck(name, 'killed');
  return kill(pidOf(scene, name), 'SIGKILL');
}

/** Arms a named point in whichever process comes to it, again and again: that process kills itself there, and writes it down. */
function killedAt(point: string, { site, draw }: Scene): Heal {
  const stop = again(3_000, draw, () => {
    site.points.arm(point);
    return 0;
  });
  return async () => {
    await stop();
    return site.points.disarm(point);
  };
}

const poisonTexts = 3;

/** Rows about processes of the product. */
export const processFaults: Fault[] = [
  {
    number: 1,
    name: 'worker SIGKILL, random points',
    injected: 'SIGKILL to a drawn process every few seconds',
    healed: 'the launcher starts it again',
    lastsS: [6, 40],
    touches: ['processes'],
    inject: (scene) => again(5_000, scene.draw, () => killed(scene, oneOf(scene.site.names.all, scene.draw))),
  },
  {
    number: 2,
    name: 'kill between the attempt’s row and the request',
    injected: 'a process that has stored an attempt kills itself before the first byte',
    healed: 'the point is disarmed',
    lastsS: [6, 30],
    touches: ['processes', 'points'],
    inject: (scene) => killedAt('kill before the request', scene),
  },
  {
    number: 3,
    name: 'kill between the provider’s accept and the stored result',
    injected: 'a process that has the provider’s answer kills itself before it stores it',
    healed: 'the point is disarmed',
    lastsS: [6, 30],
    touches: ['points'],
    inject: (scene) => killedAt('kill after the answer', scene),
  },
  {
    number: 4,
    name: 'worker frozen, then goes on',
    injected: 'SIGSTOP to a drawn process',
    healed: 'SIGCONT',
    lastsS: [6, 60],
    touches: ['processes'],
    inject: (scene) => {
      const name = oneOf(scene.site.names.all, scene.draw);
      const thaw = freeze(pidOf(scene, name));
      scene.struck(name, 'frozen');
      return () => {
        thaw();
        return 1;
      };
    },
  },
  {
    number: 5,
    name: 'all processes killed',
    injected: 'SIGKILL to every process, as often as it comes up',
    healed: 'left alone',
    lastsS: [5, 120],
    touches: ['processes'],
    inject: (scene) => {
      const releases = scene.site.names.all.map((name) =>
        heldDown(
          () => pidOf(scene, name),
          'SIGKILL',
          () => scene.struck(name, 'killed'),
        ),
      );
      return () => releases.reduce((kills, release) => kills + release(), 0);
    },
  },
  {
    number: 6,
    name: 'rolling restart under load',
    injected: 'SIGTERM to one process after the other',
    healed: 'each is started again',
    lastsS: [8, 60],
    touches: ['processes'],
    inject: (scene) => {
      const { all } = scene.site.names;
      let place = Math.floor(scene.draw() * all.length);
      return again(4_000, scene.draw, () => kill(pidOf(scene, all[place++ % all.length] as string), 'SIGTERM'));
    },
  },
  {
    number: 7,
    name: 'API server SIGKILL in mid-request',
    injected: 'SIGKILL to a server some milliseconds after a burst of requests',
    healed: 'the launcher starts it again; clients repeat under their keys',
    lastsS: [5, 30],
    touches: ['processes'],
    inject: (scene) =>
      again(6_000, scene.draw, async () => {
        const name = oneOf(scene.site.names.servers, scene.draw);
        scene.workload.burst(10);
        await new Promise((resolve) => setTimeout(resolve, 5 + scene.draw() * 60));
        return killed(scene, name);
      }),
  },
  {
    number: 36,
    name: 'poison message',
    injected: 'code of the product throws at texts that carry a mark, in every process',
    healed: 'it throws no more',
    lastsS: [5, 30],
    touches: ['points'],
    inject: ({ site, workload }) => {
      site.points.arm('poison');
      workload.submitPoison(poisonTexts);
      return () => {
        site.points.disarm('poison');
        return poisonTexts;
      };
    },
  },
  {
    number: 37,
    name: 'event loop blocked',
    injected: 'a busy loop of up to 10 s in a drawn process',
    healed: 'it ends by itself',
    lastsS: [4, 11],
    touches: ['processes'],
    inject: (scene) => {
      const name = oneOf(scene.site.names.all, scene.draw);
      const blockedMs = Math.max(1_000, scene.lastsMs - 1_000);
      scene.struck(name, 'blocked');
      scene.site.points.arm(`block ${name}`, String(blockedMs));
      return () => scene.site.points.disarm(`block ${name}`);
    },
  },
];

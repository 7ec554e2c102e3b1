import type { Fault } from './fault.js';
import { allOf, shape } from './shape.js';

const lateCallbackMs = 20_000;
/** A tenth of what the matrix says, as the looks of reconcile are at a tenth of theirs (site.ts). */
const listLagMs = 6_000;

/** Rows about what the provider does to sends. */
export const providerFaults: Fault[] = [
  {
    number: 23,
    name: 'provider answers 429',
    injected: 'half of the sends: 429 with Retry-After',
    healed: 'it takes them again',
    lastsS: [5, 60],
    touches: ['sends'],
    inject: (scene) => shape(scene, 'fault 23', 0.5, { rateLimited: { retryAfterS: 1 } }),
  },
  {
    number: 24,
    name: 'provider answers 500 before it accepts',
    injected: '3 of 10 sends',
    healed: 'it takes them again',
    lastsS: [5, 40],
    touches: ['sends'],
    inject: (scene) => shape(scene, 'fault 24', 0.3, { http500: 'before' }),
  },
  {
    number: 25,
    name: 'provider answers 500 after it has accepted',
    injected: '3 of 10 sends',
    healed: 'it answers again',
    lastsS: [5, 40],
    touches: ['sends'],
    inject: (scene) => shape(scene, 'fault 25', 0.3, { http500: 'after' }),
  },
  {
    number: 26,
    name: 'accepted, then a reset or silence',
    injected: '1 of 5 sends is reset and 1 of 10 not answered, all of them accepted',
    healed: 'it answers again',
    lastsS: [5, 40],
    touches: ['sends'],
    inject: async (scene) =>
      allOf([await shape(scene, 'fault 26 cut', 0.2, { cut: 'after' }), await shape(scene, 'fault 26 hang', 0.1, { hang: 'after' })]),
  },
  {
    number: 27,
    name: 'the list lags behind the accepts',
    injected: `3 of 10 sends: 500 after the accept, in the list after ${listLagMs / 1_000} s, callbacks after ${lateCallbackMs / 1_000} s`,
    healed: 'the list shows all at once',
    lastsS: [5, 40],
    touches: ['sends', 'callbacks'],
    inject: (scene) => shape(scene, 'fault 27', 0.3, { http500: 'after', listLagMs, callbacks: { delayMs: lateCallbackMs } }),
  },
  {
    number: 28,
    name: 'provider dead',
    injected: 'all connections break, and new ones are refused',
    healed: 'it lets them in again',
    lastsS: [6, 120],
    // Nobody comes to a point within a send.
    touches: ['sends', 'points'],
    inject: (scene) => {
      const { provider } = scene.site.ways;
      scene.struck(null, 'connections to the provider broken');
      const broken = provider.shut();
      return async () => {
        await provider.open();
        return broken;
      };
    },
  },
];

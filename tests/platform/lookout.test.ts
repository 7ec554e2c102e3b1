import { describe, expect, test } from '@jest/globals';
import { Lookout } from '../../platform/lookout.js';
import { eventually } from '../support/eventually.js';

const farAwayMs = 600_000;
const failed = () => undefined;

describe('a lookout', () => {
  test('looks again at once while there is more, and then only after its pause', async () => {
    let looks = 0;
    const lookout = new Lookout({ look: async () => ++looks < 3, everyMs: farAwayMs, failed }).start();
    await eventually(() => looks >= 3);
    await lookout.stop();
    expect(looks).toBe(3);
  });

  test('goes on after a look that failed, and says why', async () => {
    const errors: unknown[] = [];
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks === 1) throw new Error('away');
      return false;
    };
    const lookout = new Lookout({ look, everyMs: 1, failed: (error) => errors.push(error) }).start();
    await eventually(() => looks >= 2);
    await lookout.stop();
    expect(errors).toEqual([new Error('away')]);
  });

  test('tells a look that is under way to end, and waits for it', async () => {
    let state = 'none';
    const look = async (signal: AbortSignal) => {
      state = 'under way';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      state = 'ended';
      return true;
    };
    const lookout = new Lookout({ look, everyMs: farAwayMs, failed }).start();
    expect(state).toBe('under way');
    await lookout.stop();
    expect(state).toBe('ended');
  });
});

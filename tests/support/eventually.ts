import { setTimeout as delay } from 'node:timers/promises';

/** How many times longer than on a usual machine things take here; found out before the tests, see globalSetup. */
export const patience = Number(process.env.TEST_PATIENCE ?? 1);

/**
 * Asks until the answer is there, and fails with what it last saw when the time is over.
 *
 * @param withinMs on a usual machine
 */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  withinMs = 30_000,
  everyMs = 50,
): Promise<T> {
  const until = Date.now() + withinMs * patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`it did not happen within ${withinMs * patience} ms: ${ask.toString().slice(0, 200)}`);
    await delay(everyMs);
  }
}

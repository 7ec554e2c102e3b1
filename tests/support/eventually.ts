import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is there, and fails with what it last saw when the time is over. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  withinMs = 30_000,
  everyMs = 50,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`it did not happen within ${withinMs} ms: ${ask.toString().slice(0, 200)}`);
    await delay(everyMs);
  }
}

import type { Steps } from './steps.js';

/**
 * Opens something, works with it and stops it again, also where the work fails or the process is interrupted. `open` puts what is
 * to be undone on the list as it goes; the last is undone first, and one that fails keeps no other from it.
 */
export async function withStops<Opened, T>(
  steps: Steps,
  open: (stops: (() => unknown)[]) => Promise<Opened>,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next; next = stops.pop()) {
      try {
        await next();
      } catch (error) {
        steps.say(String(error));
      }
    }
  };
  const interrupt = () => void stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    return await work(await open(stops));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
    await stop();
  }
}

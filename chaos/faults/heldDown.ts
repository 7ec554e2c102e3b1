const lookEveryMs = 20;

/** Kills a process that is started again whenever it dies, as often as it comes up, until the answer is called, which tells how often. */
export function heldDown(
  pidOf: () => number | undefined,
  signal: NodeJS.Signals = 'SIGKILL',
  onKill: () => void = () => undefined,
): () => number {
  let last: number | undefined;
  let kills = 0;
  const look = () => {
    const pid = pidOf();
    if (pid === undefined || pid === last) return;
    last = pid;
    onKill();
    kills += kill(pid, signal);
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  return () => {
    clearInterval(timer);
    return kills;
  };
}

/** Sends a signal; answers 1, or 0 where there is no such process any more. */
export function kill(pid: number | undefined, signal: NodeJS.Signals): 0 | 1 {
  if (pid === undefined) return 0;
  try {
    process.kill(pid, signal);
    return 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return 0;
  }
}

/** One of several, by a draw from 0 to 1. */
export function oneOf<T>(items: readonly T[], draw: () => number): T {
  return items[Math.floor(draw() * items.length)] as T;
}

/** Does something again and again, at drawn times around `everyMs` apart, until the answer is called; `act` and the answer tell how often it struck. */
export function again(everyMs: number, draw: () => number, act: () => number | Promise<number>): () => Promise<number> {
  let stopped = false;
  let hits = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const next = (waitMs: number) => {
    timer = setTimeout(() => {
      running = Promise.resolve(act())
        .catch(() => 0)
        .then((count) => {
          hits += count;
          if (!stopped) next(everyMs * (0.5 + draw()));
        });
    }, waitMs);
  };
  next(draw() * 1_000);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
    return hits;
  };
}

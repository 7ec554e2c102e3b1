import { useSyncExternalStore } from 'react';
import { serverNow } from '../serverClock.js';

const tickMs = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowS = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const one of listeners) one();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Now by the server's clock, epoch milliseconds in whole seconds; whoever uses it is drawn anew each second, by one timer for all. */
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => {
    nowS = Math.floor(serverNow().getTime() / 1_000);
    return nowS * 1_000;
  });
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const lookEveryMs = 5_000;
/** In so many looks, one after the other, the log must say it: a service may say it once and recover. */
const looksMax = 3;

/**
 * Reads what a log gains, and calls `onIncurable` once it has said `sentence` in each of several looks: its service lives, and
 * will not recover by itself. One that is frozen says nothing.
 *
 * @returns ends the watch
 */
export function watchForIncurable(logFile: string, sentence: string, onIncurable: () => void, everyMs = lookEveryMs): () => void {
  const log = openSync(logFile, 'r');
  let readTo = fstatSync(log).size;
  let told = 0;
  const timer = setInterval(() => {
    const gained = Buffer.alloc(Math.max(0, fstatSync(log).size - readTo));
    readTo += readSync(log, gained, 0, gained.length, readTo);
    told = gained.includes(sentence) ? told + 1 : 0;
    if (told < looksMax) return;
    stop();
    onIncurable();
  }, everyMs);
  const stop = () => {
    clearInterval(timer);
    closeSync(log);
  };
  return stop;
}

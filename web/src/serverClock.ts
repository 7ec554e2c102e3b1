import { createStore } from './store.js';

/** By so much the clock of this machine may be off before the page says so. */
export const clockOffToldMs = 60_000;
/** A `Date` header has whole seconds, and travels. */
const noiseMs = 2_000;

/** By how many milliseconds the server's clock is ahead of this machine's. */
export const serverOffset = createStore(0);

/** Takes the time from an answer's `Date` header; what lies within the noise changes nothing. */
export function noteServerTime(date: string | null, sentAtMs: number, receivedAtMs: number): void {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs)) return;
  const offset = serverMs + 500 - (sentAtMs + receivedAtMs) / 2;
  if (Math.abs(offset - serverOffset.get()) > noiseMs) serverOffset.set(Math.abs(offset) <= noiseMs ? 0 : Math.round(offset));
}

/** Now, by the server's clock: whatever this machine believes, what is shown agrees with what the server stores. */
export const serverNow = (): Date => new Date(Date.now() + serverOffset.get());

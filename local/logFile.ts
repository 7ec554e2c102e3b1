import { existsSync, readFileSync, renameSync } from 'node:fs';

const tailLength = 2_000;

/** Begins a new log; the one of the run before stays beside it as `.1`. */
export function rotateLog(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

/** The end of a log, for an error message. */
export function tailOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-tailLength) : '';
}

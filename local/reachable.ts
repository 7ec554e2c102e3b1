import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const othersMayEnter = 0o001;

/** Whether a user who owns nothing on the way may enter every folder down to `directory`. */
export function everybodyMayEnter(directory: string): boolean {
  let real = realpathSync(directory);
  for (;;) {
    if ((statSync(real).mode & othersMayEnter) === 0) return false;
    const parent = path.dirname(real);
    if (parent === real) return true;
    real = parent;
  }
}

/**
 * The folder itself, or a copy of it below `cache` where everybody may enter. `name` tells versions apart; `cache` must
 * be writable, and nobody else may have made it.
 */
export function reachableCopy(directory: string, name: string, cache: string): string {
  if (everybodyMayEnter(directory)) return directory;
  mkdirSync(cache, { recursive: true });
  const { uid } = lstatSync(cache);
  // In a common folder somebody else could have laid programs ready for us to run.
  if (uid !== process.getuid?.()) throw new Error(`${cache} belongs to another user (uid ${uid}): remove it, or set DATABASE_URL`);
  const copy = path.join(cache, name);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(directory, unfinished, { recursive: true, verbatimSymlinks: true });
    open(unfinished);
    try {
      renameSync(unfinished, copy);
    } catch {
      // Another start was quicker: its copy is as good.
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  chmodSync(cache, 0o755);
  if (!everybodyMayEnter(copy)) throw new Error(`not every user may enter ${copy}: open its parents, or set DATABASE_URL`);
  return copy;
}

/** Lets everybody read, and enter and run what its owner may, whatever mask it was made under. */
function open(file: string): void {
  const stats = lstatSync(file);
  if (stats.isSymbolicLink()) return;
  chmodSync(file, stats.mode & 0o100 ? 0o755 : 0o644);
  if (stats.isDirectory()) for (const name of readdirSync(file)) open(path.join(file, name));
}

/**
 * How a user of its own names a data folder, and from where: by its path, or, where its parents are closed to it, as
 * the folder that the program is started in. That way needs no permission, so the data may stay where it belongs.
 */
export function reachableData(directory: string): { argument: string; cwd: string } {
  if (everybodyMayEnter(path.dirname(directory))) return { argument: directory, cwd: '/' };
  if (process.platform === 'linux') return { argument: '/proc/self/cwd', cwd: directory };
  throw new Error(
    `Postgres can't run as root, and nobody may not enter ${path.dirname(directory)}: run as another user, choose another --data DIR, or set DATABASE_URL`,
  );
}

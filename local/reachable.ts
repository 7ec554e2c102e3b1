import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const othersMayEnter = 0o001;
/** Kept across restarts of the machine, and open to every user. */
const commonDirectory = '/var/tmp';

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

const nameFor = (what: string, text: string) =>
  path.join(commonDirectory, `postrider-${what}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);

/** The folder itself, or a copy of it where everybody may enter. */
export function reachableCopy(directory: string): string {
  if (everybodyMayEnter(directory)) return directory;
  const { mtimeMs } = statSync(directory);
  const copy = nameFor('copy', `${directory} ${mtimeMs}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(directory, unfinished, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(unfinished, copy);
    } catch {
      // Another start was quicker: its copy is as good.
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return copy;
}

/**
 * A folder for data at `directory` that another user can reach: the folder itself, or, where its parents are closed,
 * a link from there to a folder that is open.
 */
export function reachableDirectory(directory: string): string {
  const parent = path.dirname(directory);
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  if (everybodyMayEnter(parent)) return directory;
  const elsewhere = nameFor('data', realpathSync(parent) + path.basename(directory));
  mkdirSync(elsewhere, { recursive: true, mode: 0o755 });
  if (!lstatSync(directory, { throwIfNoEntry: false })) symlinkSync(elsewhere, directory);
  return path.join(elsewhere, path.basename(directory));
}

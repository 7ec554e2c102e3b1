import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identityOf, isRunning, type ProcessIdentity } from './processIdentity.js';

/** The lock is held by a process that runs. */
export class LockedError extends Error {
  constructor(
    readonly file: string,
    readonly pid: number,
  ) {
    super(`${file} is held by pid ${pid}`);
    this.name = 'LockedError';
  }
}

const triesMax = 50;

/**
 * Takes a lock that the end of this process gives back, however it comes. Answers what gives it back earlier. Throws
 * LockedError where a running process holds it, this one included.
 */
export function takeLock(file: string): () => void {
  const own = JSON.stringify(identityOf(process.pid));
  const draft = uniqueBeside(file);
  writeFileSync(draft, own);
  try {
    for (let tries = 0; tries < triesMax; tries++) {
      try {
        // A link appears at once and whole: nobody can read a lock that is half written.
        linkSync(draft, file);
        return () => {
          if (read(file) === own) rmSync(file, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const held = read(file);
      const holder = parse(held);
      if (holder && isRunning(holder)) throw new LockedError(file, holder.pid);
      if (held !== undefined) discard(file, held);
    }
    throw new Error(`${file} changes hands too quickly: remove it where no Postrider runs`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a lock whose holder is gone, unless somebody took it over in between. */
function discard(file: string, stale: string): void {
  const aside = uniqueBeside(file);
  try {
    renameSync(file, aside);
    if (read(aside) !== stale) linkSync(aside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

const uniqueBeside = (file: string) => `${file}.${randomBytes(6).toString('hex')}`;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string | undefined): ProcessIdentity | undefined {
  try {
    return JSON.parse(text ?? '') as ProcessIdentity;
  } catch {
    return undefined;
  }
}

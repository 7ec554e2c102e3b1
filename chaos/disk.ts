import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A small disk of its own, which can be filled. */
export interface Disk {
  directory: string;
  fill(): void;
  free(): void;
  unmount(): void;
}

const sizeMb = 1_200;
const blockBytes = 1 << 20;
const smallBytes = 4_096;

/** Mounts a tmpfs; undefined where that is not allowed. */
export function mountDisk(directory: string): Disk | undefined {
  mkdirSync(directory, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=755`, 'postrider-chaos', directory], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const ballast = path.join(directory, 'ballast');
  return {
    directory,
    fill: () => {
      const file = openSync(ballast, 'w');
      try {
        for (const bytes of [blockBytes, smallBytes]) writeUntilFull(file, Buffer.alloc(bytes));
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    unmount: () => {
      execFileSync('umount', ['-l', directory], { stdio: 'ignore' });
    },
  };
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

import { readFileSync } from 'node:fs';

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** Stops a process and its children in their tracks; the answer lets them go on, those that are still there. */
export function freeze(pid: number | undefined): () => void {
  if (pid === undefined) throw new Error('the service that is to be frozen does not run');
  process.kill(pid, 'SIGSTOP');
  const children = childrenOf(pid);
  for (const child of children) process.kill(child, 'SIGSTOP');
  return () => {
    for (const one of [...children, pid]) goOn(one);
  };
}

function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    // It was killed while it stood still.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

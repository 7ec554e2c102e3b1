import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process by its number and the moment it began, since numbers are given again. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/** The identity of a running process; undefined where there is none, or only a zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // After the name in parentheses, which may hold anything: state is the first field, start time the twentieth.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startedAt: fields[19] ?? '' };
    }
    const startedAt = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return startedAt ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identityOf(pid)?.startedAt === startedAt;
}

export function writeIdentity(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify(identityOf(pid) ?? { pid, startedAt: '' }));
}

/** The process that a file names, if it still runs. */
export function runningFrom(file: string): ProcessIdentity | undefined {
  try {
    const identity = JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
    return isRunning(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

const politeMs = 10_000;

/** Asks a process to end and waits until it has; one that takes longer than 10 s is killed. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  send(identity, signal);
  const killAt = Date.now() + politeMs;
  while (isRunning(identity)) {
    if (Date.now() > killAt) send(identity, 'SIGKILL');
    await delay(25);
  }
}

function send({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends the process that a file names, if it still runs: first politely, then not. True where there was one. */
export async function endFrom(file: string): Promise<boolean> {
  const orphan = runningFrom(file);
  if (orphan) await endProcess(orphan, 'SIGINT');
  rmSync(file, { force: true });
  return orphan !== undefined;
}

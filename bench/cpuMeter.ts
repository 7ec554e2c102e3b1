import { readdirSync, readFileSync } from 'node:fs';

/** CPU time by name, milliseconds. */
export type CpuTimes = Record<string, number>;

export interface MeteredProcesses {
  /** Pids by name; one that is restarted is found anew. */
  pids: Record<string, () => number | undefined>;
  /** The Postgres whose backends are told apart by database. */
  postgresPid: number | undefined;
  /** What a database's backends are counted as. */
  databaseNames: Record<string, string>;
  /** Backends that are counted apart from their database, by pid. */
  backendNames: Record<number, string>;
  /** Leave out what else Postgres does: it serves others too. */
  onlyNamed?: true;
}

const otherBackends = 'postgres other';
const tickMs = 10;
const pageBytes = 4_096;
const sampleEveryMs = 500;

interface Reading {
  name: string;
  ms: number;
  bytes: number;
}

/**
 * Adds up the CPU that processes used and notes the most memory they had, from /proc (Linux; elsewhere it answers nothing).
 * Sampled again and again, because a backend of Postgres that has ended takes its account with it.
 */
export class CpuMeter {
  private readonly last = new Map<string, { name: string; ms: number }>();
  private readonly used: CpuTimes = {};
  private readonly peakBytes: Record<string, number> = {};
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly metered: MeteredProcesses) {}

  start(): void {
    this.sample(false);
    this.timer = setInterval(() => this.sample(true), sampleEveryMs);
  }

  stop(): CpuTimes {
    clearInterval(this.timer);
    this.sample(true);
    return this.used;
  }

  /** The most memory at one time by name, MB: what is resident; of Postgres without the buffers that its backends share. */
  get memoryMb(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.peakBytes).map(([name, bytes]) => [name, Math.round(bytes / 1_000_000)]));
  }

  private sample(counts: boolean): void {
    const bytesOf: Record<string, number> = {};
    for (const [key, { name, ms, bytes }] of this.read()) {
      bytesOf[name] = (bytesOf[name] ?? 0) + bytes;
      const before = this.last.get(key)?.ms ?? (counts ? 0 : ms);
      this.used[name] = (this.used[name] ?? 0) + ms - before;
      this.last.set(key, { name, ms });
    }
    for (const [name, bytes] of Object.entries(bytesOf)) this.peakBytes[name] = Math.max(this.peakBytes[name] ?? 0, bytes);
  }

  private read(): [string, Reading][] {
    const { pids, postgresPid, databaseNames, backendNames, onlyNamed } = this.metered;
    const readings: [string, Reading][] = [];
    const add = (name: string, pid: number | undefined, memory: 'resident' | 'own') => {
      const stat = pid === undefined ? undefined : readStat(pid);
      if (stat) readings.push([`${pid}/${stat.startedAt}`, { name, ms: stat.cpuMs, bytes: readMemory(pid as number, memory) }]);
    };
    for (const [name, pid] of Object.entries(pids)) add(name, pid(), 'resident');
    if (postgresPid === undefined) return readings;
    if (!onlyNamed) add(otherBackends, postgresPid, 'own');
    for (const pid of childrenOf(postgresPid)) {
      const name = backendNames[pid] ?? nameOfBackend(pid, databaseNames);
      if (!onlyNamed || name !== otherBackends) add(name, pid, 'own');
    }
    return readings;
  }
}

function readStat(pid: number): { cpuMs: number; startedAt: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs, startedAt: fields[19] ?? '', parent: Number(fields[1]) };
  } catch {
    return undefined;
  }
}

function readMemory(pid: number, what: 'resident' | 'own'): number {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
    return (what === 'own' ? resident - shared : resident) * pageBytes;
  } catch {
    return 0;
  }
}

function childrenOf(parent: number): number[] {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    const pids = readdirSyncOrNone('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map(Number).filter((pid) => readStat(pid)?.parent === parent);
  }
}

function readdirSyncOrNone(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Postgres writes user and database into a backend's command line. */
function nameOfBackend(pid: number, databaseNames: Record<string, string>): string {
  try {
    const [title = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const database = /^postgres: \S+ (\S+) /.exec(title)?.[1] ?? '';
    return databaseNames[database] ?? otherBackends;
  } catch {
    return otherBackends;
  }
}

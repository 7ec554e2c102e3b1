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
}

const tickMs = 10;
const sampleEveryMs = 500;

/**
 * Adds up the CPU that processes used, from /proc (Linux; elsewhere it answers nothing). Sampled again and again,
 * because a backend of Postgres that has ended takes its account with it.
 */
export class CpuMeter {
  private readonly last = new Map<string, { name: string; ms: number }>();
  private readonly used: CpuTimes = {};
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

  private sample(counts: boolean): void {
    for (const [key, { name, ms }] of this.read()) {
      const before = this.last.get(key)?.ms ?? (counts ? 0 : ms);
      this.used[name] = (this.used[name] ?? 0) + ms - before;
      this.last.set(key, { name, ms });
    }
  }

  private read(): [string, { name: string; ms: number }][] {
    const { pids, postgresPid, databaseNames, backendNames } = this.metered;
    const readings: [string, { name: string; ms: number }][] = [];
    const add = (name: string, pid: number | undefined) => {
      const stat = pid === undefined ? undefined : readStat(pid);
      if (stat) readings.push([`${pid}/${stat.startedAt}`, { name, ms: stat.cpuMs }]);
    };
    for (const [name, pid] of Object.entries(pids)) add(name, pid());
    if (postgresPid === undefined) return readings;
    add('postgres other', postgresPid);
    for (const pid of childrenOf(postgresPid)) add(backendNames[pid] ?? nameOfBackend(pid, databaseNames), pid);
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
    return databaseNames[database] ?? 'postgres other';
  } catch {
    return 'postgres other';
  }
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Whether this process could listen on the port of 127.0.0.1 and of all addresses. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, undefined));
}

// Below the ports that systems give to outgoing connections, so that none of those takes one between our look and its use.
const anyPortMin = 20_000;
const anyPortMax = 32_000;

/** `preferred` or the next free port after it; without a preference, any that is free. Throws where there is none. */
export async function freePort(preferred?: number): Promise<number> {
  const first = preferred ?? anyPortMin + Math.floor(Math.random() * (anyPortMax - anyPortMin));
  for (let port = first; port < first + 200 && port <= 65_535; port++) if (await isFree(port)) return port;
  throw new Error(`no free port from ${first} to ${first + 199}`);
}

/** Throws, naming the owner, where somebody listens on the port already. */
export async function assertFree(port: number, forWhat: string): Promise<void> {
  if (!(await isFree(port)))
    throw new Error(`port ${port} for ${forWhat} is taken by ${ownerOfPort(port) ?? 'another program'}: stop it, or choose another port`);
}

const listening = '0A';

/** Who listens on a port, as `pid 123 (nginx)`; undefined where that can't be seen. */
export function ownerOfPort(port: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readLines(table)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(suffix) && fields[3] === listening && fields[9]) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).some((target) => inodes.has(target))) return `pid ${pid} (${readLines(`/proc/${pid}/comm`)[0] ?? 'unknown'})`;
  }
  return undefined;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { endProcess, identityOf, type ProcessIdentity } from './processIdentity.js';

/**
 * Makes a data folder safe to start on, once nobody else may use it: ends the Postgres that an earlier run left, also
 * single backends that outlived their postmaster (they hold the shared memory), and removes the postmaster.pid of a
 * dead one, which would block the start where its pid was given again. Elsewhere than on Linux Postgres' own checks
 * must do.
 */
export async function clearPostmaster(directory: string): Promise<void> {
  const file = path.join(directory, 'postmaster.pid');
  if (process.platform !== 'linux' || !existsSync(file)) return;
  const postmaster = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
  const inside = postgresIn(directory);
  const first = inside.find(({ pid }) => pid === postmaster);
  if (first) await endProcess(first, 'SIGINT');
  // For a backend SIGINT would only cancel what it does.
  await Promise.all(postgresIn(directory).map((backend) => endProcess(backend, 'SIGTERM')));
  rmSync(file, { force: true });
}

/** Every process of Postgres works in its data folder. */
function postgresIn(directory: string): ProcessIdentity[] {
  const real = realpathSync(directory);
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (readlinkSync(`/proc/${name}/cwd`) !== real || readFileSync(`/proc/${name}/comm`, 'utf8') !== 'postgres\n') return [];
      return identityOf(Number(name)) ?? [];
    } catch {
      return [];
    }
  });
}

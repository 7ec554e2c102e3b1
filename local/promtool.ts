import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildWithGo, cacheDirectory, firstOnPath, once, type Say } from './cachedPrograms.js';

const version = '0.316.0';
const directory = path.join(cacheDirectory, `promtool-${version}`);
const cached = path.join(directory, 'promtool');

/** Prometheus' program that checks and tests rules, where it is on this machine. */
export function readyPromtool(): string | undefined {
  return firstOnPath('promtool') ?? (existsSync(cached) ? cached : undefined);
}

/** The same; built with Go, once, where it is not there yet. Throws where there is no Go. */
export async function findPromtool(say: Say): Promise<string> {
  const ready = readyPromtool();
  if (ready) return ready;
  if (!firstOnPath('go')) throw new Error('promtool is not on the PATH and is built with Go, which is not either: install one of them');
  // Without the ways to find targets, which are most of it.
  const packages = ['-tags=remove_all_sd', `github.com/prometheus/prometheus/cmd/promtool@v${version}`];
  await once(
    directory,
    () => existsSync(cached),
    () => buildWithGo(directory, packages, say),
  );
  return cached;
}

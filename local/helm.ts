import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildWithGo, cacheDirectory, firstOnPath, once, type Say } from './cachedPrograms.js';

const version = '3.22.0';
const programDirectory = path.join(cacheDirectory, `helm-${version}`);
const builtProgram = path.join(programDirectory, 'helm');

/** Helm, where it is on the PATH or was built before; undefined where `npm run helm` has to build it first. */
export function helmAtHand(): string | undefined {
  return firstOnPath('helm') ?? (existsSync(builtProgram) ? builtProgram : undefined);
}

/** Helm, built with Go where there is none yet: once on a machine, some minutes. Throws where it can't be had. */
export async function findHelm(say: Say): Promise<string> {
  const there = helmAtHand();
  if (there) return there;
  if (!firstOnPath('go')) throw new Error('helm is not on the PATH, and neither is go to build it: install one of them');
  await once(
    programDirectory,
    () => existsSync(builtProgram),
    () => buildWithGo(programDirectory, [`helm.sh/helm/v3/cmd/helm@v${version}`], say),
  );
  return builtProgram;
}

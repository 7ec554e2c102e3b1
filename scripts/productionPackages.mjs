// Which packages of the lock file run in production: what the product and its page ask for, and what that asks for in turn.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './prepare.mjs';

/**
 * Places of packages below the root, such as node_modules/pg. npm's own --omit=dev keeps what development brings and a package of
 * production would take if it were there: the compiler, the command line of Prisma with a database of its own. Nothing of ours
 * asks for them.
 */
export function packagesOfLock() {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const reached = new Set();
  const reach = (from) => {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[from];
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const place = placeOf(packages, from, name);
      if (place === undefined || reached.has(place)) continue;
      reached.add(place);
      reach(place);
    }
  };
  for (const own of ['', 'web']) reach(own);
  const all = Object.entries(packages)
    .filter(([place, { link }]) => place.includes('node_modules/') && !link)
    .map(([place, { name, version }]) => ({ place, id: `${name ?? place.split('node_modules/').at(-1)}@${version}` }));
  return { inProduction: all.filter(({ place }) => reached.has(place)), forDevelopment: all.filter(({ place }) => !reached.has(place)) };
}

/** Where Node finds a package: beside who asks, or in a folder above. */
function placeOf(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[place]) return place;
    if (folder === '') return undefined;
  }
}

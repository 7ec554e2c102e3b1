// For the image, after npm ci --omit=dev: removes what production does not need, 400 MB of it.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './prepare.mjs';
import { packagesOfLock } from './productionPackages.mjs';

for (const { place } of packagesOfLock().forDevelopment) rmSync(path.join(root, place), { recursive: true, force: true });

// Temporal's core comes built for every platform.
const releases = path.join(root, 'node_modules/@temporalio/core-bridge/releases');
const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
for (const target of readdirSync(releases)) {
  if (!(target.startsWith(arch) && target.includes(process.platform))) rmSync(path.join(releases, target), { recursive: true });
}

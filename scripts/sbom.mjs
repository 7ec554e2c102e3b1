// npm run sbom [-- --to FILE]: what the product is made of, as CycloneDX. From the lock file alone: nothing is asked of a registry.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from './npm.mjs';
import { fail, root } from './prepare.mjs';
import { packagesOfLock } from './productionPackages.mjs';

const { values } = parseArgs({ options: { to: { type: 'string', default: 'sbom.cdx.json' } } });

const { code, out, err } = await npm('sbom', '--sbom-format', 'cyclonedx', '--package-lock-only').catch(fail);
if (code !== 0) fail(`npm sbom failed:\n${err}`);
const bom = JSON.parse(out);

// npm's own --omit=dev leaves out what the page brings to browsers, and keeps what is for development.
const inProduction = new Set(packagesOfLock().inProduction.map(({ id }) => id));
const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
Object.assign(bom.metadata.component, { name, type: 'application' });
bom.components = bom.components.filter((one) => inProduction.has(`${one.name}@${one.version}`));
const kept = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((one) => one['bom-ref'])]);
bom.dependencies = bom.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));

writeFileSync(values.to, `${JSON.stringify(bom, null, 2)}\n`);
process.stdout.write(`✓ ${bom.components.length} packages of production in ${values.to} (CycloneDX ${bom.specVersion})\n`);

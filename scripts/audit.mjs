// npm run audit: known holes in the packages that run in production. Exit code 0: none that is high or critical; 1: some; 2: nobody
// could be asked, so nothing is known.

import { npm } from './npm.mjs';
import { fail } from './prepare.mjs';

const { out, err } = await npm('audit', '--omit=dev', '--audit-level=high', '--json', ...process.argv.slice(2)).catch(fail);
const report = parsed(out);

if (!report?.vulnerabilities) {
  const reason = report?.message ?? err.trim().split('\n')[0] ?? 'npm said nothing';
  process.stderr.write(`✗ nothing is known of holes in the packages: the registry answered no advisories (${reason})

A mirror often has none. Ask one that does, without changing how packages are installed:

  npm run audit -- --registry https://…        a registry with the end point /-/npm/v1/security/advisories/bulk
  npm run sbom                                 or give the list to a scanner that reads CycloneDX
`);
  process.exit(2);
}

const { vulnerabilities, metadata } = report;
const grave = Object.values(vulnerabilities).filter(({ severity }) => severity === 'high' || severity === 'critical');
for (const { name, severity, range, via, fixAvailable } of grave) {
  const titles = via.flatMap((one) => (typeof one === 'string' ? [] : [`${one.title} (${one.url})`]));
  process.stdout.write(
    `${severity}: ${name} ${range}: ${titles.join('; ') || `by ${via.join(', ')}`}${fixAvailable ? '; mended in a newer version' : ''}\n`,
  );
}
const counts = Object.entries(metadata.vulnerabilities).filter(([severity, count]) => count > 0 && severity !== 'total');
const said = counts.map(([severity, count]) => `${severity} ${count}`).join(', ') || 'none';
process.stdout.write(`${grave.length > 0 ? '✗' : '✓'} known holes in ${metadata.dependencies.prod} packages of production: ${said}\n`);
process.exit(grave.length > 0 ? 1 : 0);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

